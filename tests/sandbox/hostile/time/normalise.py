# family: time
# source: unicodedata
# expect: timed-out
import unicodedata
def process_incoming(request):
    text = "\ufdfa" * 100000
    while True:
        text = unicodedata.normalize("NFKD", text)[:9000000]
