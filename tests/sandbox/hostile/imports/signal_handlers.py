# family: imports
# source: signal.signal takes the clock away
# expect: rejected import
import signal
def process_incoming(request):
    signal.setitimer(signal.ITIMER_PROF, 0)
