# family: frames
# source: tracebacks hold frames
# expect: rejected dunder
def process_incoming(request):
    try:
        1 / 0
    except ZeroDivisionError as error:
        return str(error.__traceback__.tb_frame.f_back.f_globals)
