# family: system
# source: signal handlers belong to the process
# expect: rejected import
import signal
def process_incoming(request):
    signal.signal(signal.SIGPROF, signal.SIG_IGN)
    while True:
        pass
