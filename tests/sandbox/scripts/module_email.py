# feature: addresses and dates
# request: {}
# expect: [["Ann Lee", "ann@x.example"], "Ann <a@b.c>", "1995-11-20T19:12:08-05:00", "Thu, 01 Jan 2026 00:00:00 +0000", [["", "a@b.c"], ["X", "d@e.f"]]]

from email.utils import formataddr, format_datetime, getaddresses, parseaddr, parsedate_to_datetime
from datetime import datetime, timezone

def process_incoming(request):
    return [parseaddr("Ann Lee <ann@x.example>"), formataddr(("Ann", "a@b.c")), parsedate_to_datetime("Mon, 20 Nov 1995 19:12:08 -0500").isoformat(), format_datetime(datetime(2026, 1, 1, tzinfo=timezone.utc)), getaddresses(["a@b.c, X <d@e.f>"])]
