# family: formats
# source: CVE-2024-47532
# expect: raised AttributeError
import string
def process_incoming(request):
    return str(getattr(string, "Formatter"))
