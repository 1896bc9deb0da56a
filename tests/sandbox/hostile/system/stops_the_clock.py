# family: system
# source: setitimer is allowed: the wall clock stands behind it
# expect: rejected import
import signal
def process_incoming(request):
    signal.setitimer(signal.ITIMER_PROF, 0)
    while True:
        pass
