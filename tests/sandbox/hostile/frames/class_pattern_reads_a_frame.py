# family: frames
# source: open-chat-studio: keyword patterns are not looked at
# expect: rejected match-class
def process_incoming(request):
    match (x for x in []):
        case object(gi_frame=frame):
            return str(frame)
