# family: system
# source: what was forked stays readable
# expect: rejected import
import gc, os, sys
def process_incoming(request):
    found = [value for value in gc.get_objects() if isinstance(value, dict) and "HOOKCELL_CANARY" in value]
    return str(found) + str(sys.argv)[:0] + str(os.environ)
