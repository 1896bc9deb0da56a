# family: tricks
# source: string escapes in identifiers
# expect: rejected syntax
def process_incoming(request):
    return __import__("os") if False else \\u005f
