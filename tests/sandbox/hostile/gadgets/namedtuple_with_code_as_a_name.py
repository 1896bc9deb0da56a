# family: gadgets
# source: namedtuple used exec
# expect: raised ValueError
from collections import namedtuple
def process_incoming(request):
    return str(namedtuple("P", ["x=__import__('os').system('id')"]))
