# feature: shallow and deep copies
# request: {}
# expect: [true, true, true, {"a": [1, {"b": [2, [3]]}, 5]}, {"a": [1, {"b": [2, [3, 4]]}]}, [1], true, "x", [1, [2]], [["bug"], "bug", 2]]

import copy

class Node:
    def __init__(self, value):
        self.value = value
        self.links = []

class Kind(str):
    pass

class Count(int):
    pass

def process_incoming(request):
    n = Node(1)
    n.links.append(n)
    deep, shallow = copy.deepcopy(n), copy.copy(n)
    data = {"a": [1, {"b": (2, [3])}]}
    other = copy.deepcopy(data)
    other["a"][1]["b"][1].append(4)
    same = copy.copy(data)
    same["a"].append(5)
    return [deep.links[0] is deep, deep is not n, shallow.links is n.links, data, other, copy.copy([1]), copy.deepcopy({1, 2}) == {1, 2}, copy.copy("x"), copy.deepcopy((1, [2])), [copy.deepcopy([Kind("bug")]), copy.copy(Kind("bug")), copy.copy(Count(2))]]
