# family: poison
# source: found here: a decimal context of a class of one's own, and what hangs on it, is there until the next call imports decimal
# expect: completed "clean"
# calls: 2
def process_incoming(request):
    if request["n"] == 0:
        def leftover():
            try:
                yield 1
            finally:
                while True:
                    pass
        left = leftover()
        next(left)
        import decimal
        class Mine(decimal.Context):
            pass
        mine = Mine()
        mine.left = left
        decimal.setcontext(mine)
        return 0
    import decimal
    return "clean"
