# family: poison
# source: found here: a dialect keeps the text that ends its lines, and what hangs on it, until the next call imports csv
# expect: completed "clean"
# calls: 2
class Text(str):
    pass
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
        text = Text("x")
        text.left = left
        import csv
        csv.register_dialect("kept", lineterminator=text)
        return 0
    import csv
    return "clean"
