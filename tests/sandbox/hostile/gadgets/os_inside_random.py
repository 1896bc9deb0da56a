# family: gadgets
# source: RestrictedPython's utility_builtins hand out live modules
# expect: rejected private-attribute
import random
def process_incoming(request):
    return random._os.system("id")
