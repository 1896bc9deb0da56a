# family: memory
# source: the report shows the key
# expect: output-too-large
def process_incoming(request):
    return {"x" * 9000000: 1}
