# family: attributes
# source: lru_cache copies the dict of what it wraps into its own, and with it the raw format
# expect: completed "AttributeError"
import functools
def process_incoming(request):
    copied = functools.lru_cache()(str)
    try:
        return copied.format("{0.__class__.__base__}", 1)
    except AttributeError as error:
        return "AttributeError"
