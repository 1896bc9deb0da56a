# family: poison
# source: the interpreter keeps the last exception
# expect: completed null
# calls: 2
def process_incoming(request):
    try:
        raise ValueError("kept")
    except ValueError as error:
        kept = error
    try:
        raise KeyError("x")
    except KeyError as error:
        return str(error.args[0]) if error.args[0] == "kept" else None
