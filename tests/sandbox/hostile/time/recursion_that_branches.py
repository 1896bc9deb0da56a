# family: time
# source: exponential time, little depth
# expect: timed-out
def process_incoming(request):
    def fib(n):
        return n if n < 2 else fib(n - 1) + fib(n - 2)
    return fib(90)
