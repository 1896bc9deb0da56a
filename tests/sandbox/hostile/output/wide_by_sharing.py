# family: output
# source: one list, referred to over and over
# expect: output-too-large
def process_incoming(request):
    x = ["x"] * 100
    for level in range(6):
        x = [x] * 100
    return x
