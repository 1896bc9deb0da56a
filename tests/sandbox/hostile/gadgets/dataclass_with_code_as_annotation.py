# family: gadgets
# source: text annotations are looked up in a module
# expect: completed "ok"
from dataclasses import dataclass
def process_incoming(request):
    @dataclass
    class Holder:
        value: "__import__('os').system('touch ' + 'escaped')" = 1
    return "ok" if Holder().value == 1 else "escaped"
