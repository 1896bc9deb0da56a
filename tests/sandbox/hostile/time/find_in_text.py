# family: time
# source: quadratic search
# expect: timed-out | completed 0
def process_incoming(request):
    text = "a" * 9000000
    return sum(text.count("a" * n + "b") for n in range(1000, 100000, 7))
