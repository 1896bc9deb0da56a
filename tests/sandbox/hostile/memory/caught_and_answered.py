# family: memory
# source: a script answers although it met the limit
# expect: completed "went on" | out-of-memory | timed-out
def process_incoming(request):
    kept = []
    try:
        while True:
            kept.append("x" * 1000000)
    except MemoryError:
        kept.clear()
    return "went on"
