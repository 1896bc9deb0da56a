# family: formats
# source: __format__ of library objects takes a template
# expect: completed "__class__"
from datetime import datetime
def process_incoming(request):
    return f"{datetime(2026, 1, 1):__class__}"
