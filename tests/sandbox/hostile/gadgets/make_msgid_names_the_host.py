# family: gadgets
# source: make_msgid asks for the host's name
# expect: raised AttributeError
import email.utils
def process_incoming(request):
    return email.utils.make_msgid()
