# family: time
# source: a quadratic codec
# expect: timed-out | completed 1
def process_incoming(request):
    text = "".join(chr(0x4E00 + n % 20000) for n in range(200000))
    text.encode("punycode")
    return 1
