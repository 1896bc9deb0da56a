# family: poison
# source: found here: textwrap gives its table of blanks to the translate of the text, and as an attribute
# expect: completed ["banana", "banana"]
# calls: 2
import textwrap
class Thief(str):
    def expandtabs(self, size):
        return self
    def translate(self, table):
        table[ord("a")] = "Z"
        return "x"
    def __eq__(self, other):
        other[ord("a")] = "Z"
        return True
    def __hash__(self):
        return 0
class Text:
    def expandtabs(self, size):
        return self
    def translate(self, table):
        table[ord("a")] = "Z"
        return "x"
def attempt(function, *args):
    try:
        function(*args)
    except TypeError:
        pass
def process_incoming(request):
    if request["n"] == 0:
        for text in (Thief("x"), Text()):
            attempt(textwrap.wrap, text)
            attempt(textwrap.fill, text)
            attempt(textwrap.TextWrapper().wrap, text)
        attempt(lambda: textwrap.TextWrapper.unicode_whitespace_trans == Thief())
    return [textwrap.fill("banana"), textwrap.TextWrapper().fill("banana")]
