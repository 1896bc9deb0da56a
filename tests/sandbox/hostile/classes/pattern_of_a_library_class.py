# family: classes
# source: CVE-2026-0863
# expect: rejected match-class
from string import Template
def process_incoming(request):
    match Template("x"):
        case Template(pattern=found):
            return str(found)
