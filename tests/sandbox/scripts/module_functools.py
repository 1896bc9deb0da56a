# feature: reduce, partial, lru_cache, cache, cmp_to_key, total_ordering, cached_property
# request: {}
# expect: [24, 5, 9, 9, 2, [3, "major"], [3, 2, 1], true, 1, [true, "eu", 3]]

import functools

calls = []

@functools.lru_cache(maxsize=None)
def square(n):
    calls.append(n)
    return n * n

@functools.total_ordering
class Version:
    def __init__(self, text):
        self.parts = [int(p) for p in text.split(".")]

    def __eq__(self, other):
        return self.parts == other.parts

    def __lt__(self, other):
        return self.parts < other.parts

    @functools.cached_property
    def major(self):
        calls.append("major")
        return self.parts[0]

@functools.cache
class Settings:
    region = "eu"

def process_incoming(request):
    v = Version("1.10")
    return [functools.reduce(lambda a, b: a * b, [1, 2, 3, 4]), functools.partial(int, base=2)("101"), square(3), square(3), v.major + v.major, calls, sorted([3, 1, 2], key=functools.cmp_to_key(lambda a, b: b - a)), v >= Version("1.9"), square.cache_info().hits, [Settings() is Settings(), Settings.region, functools.lru_cache(max)(1, 3)]]
