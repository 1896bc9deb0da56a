# family: formats
# source: CVE-2026-76825, Zope CVE-2021-32807
# expect: rejected import
from string import Formatter
def process_incoming(request):
    return Formatter().get_field("0.__class__", [1], {})
