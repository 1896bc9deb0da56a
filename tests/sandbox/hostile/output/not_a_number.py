# family: output
# source: JSON has none
# expect: raised BadResult
def process_incoming(request):
    return [float("nan"), float("inf")]
