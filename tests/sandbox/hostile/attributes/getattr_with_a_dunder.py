# family: attributes
# source: open-chat-studio assessment
# expect: raised AttributeError
def process_incoming(request):
    return str(getattr((), "__class__"))
