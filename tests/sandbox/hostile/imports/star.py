# family: imports
# source: star imports bring private names
# expect: rejected star-import
from json import *
def process_incoming(request):
    return 1
