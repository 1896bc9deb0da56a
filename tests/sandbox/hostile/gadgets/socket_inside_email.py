# family: gadgets
# source: email.utils imports socket and os
# expect: raised AttributeError
import email.utils
def process_incoming(request):
    return email.utils.socket.gethostname()
