# family: gadgets
# source: getnode starts ifconfig
# expect: raised AttributeError
import uuid
def process_incoming(request):
    return uuid.getnode()
