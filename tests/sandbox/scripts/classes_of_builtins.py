# feature: subclasses of dict, list, str, int, Exception
# request: {}
# expect: [1, "<zzz>", "<x> 1", 2, 2, "A B", "404: gone", true]

class Defaults(dict):
    def __missing__(self, key):
        return f"<{key}>"

class Stack(list):
    def push(self, item):
        self.append(item)
        return self

    def __getitem__(self, index):
        return super().__getitem__(index)

class Slug(str):
    def title(self):
        return super().title().replace("-", " ")

class Failure(Exception):
    def __init__(self, code, text):
        super().__init__(text)
        self.code = code

    def __str__(self):
        return f"{self.code}: {super().__str__()}"

def process_incoming(request):
    d = Defaults(a=1)
    d["b"] = 2
    s = Stack().push(1).push(2)
    try:
        raise Failure(404, "gone")
    except Failure as failure:
        text = str(failure)
    return [d["a"], d["zzz"], "{x} {a}".format_map(d), s[-1], len(s), Slug("a-b").title(), text, isinstance(Slug("x"), str)]
