# family: classes
# source: BaseException catches the clock
# expect: rejected base-exception
def process_incoming(request):
    try:
        pass
    except BaseException:
        pass
