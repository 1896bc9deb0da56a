# feature: closures, nonlocal, default arguments, late binding, recursion
# request: {}
# expect: [16, [2, 2, 2], [0, 1, 2], 12586269025]

def counter(start=0):
    n = start

    def bump(by=1):
        nonlocal n
        n += by
        return n

    return bump

def fib(n, memo={}):
    if n not in memo:
        memo[n] = n if n < 2 else fib(n - 1) + fib(n - 2)
    return memo[n]

def process_incoming(request):
    bump = counter(10)
    bump()
    late = [f() for f in [lambda: i for i in range(3)]]
    early = [f() for f in [lambda i=i: i for i in range(3)]]
    return [bump(5), late, early, fib(50)]
