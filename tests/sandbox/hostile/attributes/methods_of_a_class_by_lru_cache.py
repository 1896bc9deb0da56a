# family: attributes
# source: found here: lru_cache copies the dict of a class into its own, with raw methods, and makes annotations for it
# expect: completed ["AttributeError", "AttributeError"]
import collections, functools
def process_incoming(request):
    ends = []
    for cached in (functools.lru_cache(collections.ChainMap), functools.cache(collections.ChainMap)):
        try:
            ends.append(cached.new_child)
        except AttributeError:
            ends.append("AttributeError")
    return ends
