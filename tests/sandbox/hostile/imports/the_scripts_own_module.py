# family: imports
# source: classes of scripts belong to a module in sys.modules
# expect: rejected import
import script
def process_incoming(request):
    return 1
