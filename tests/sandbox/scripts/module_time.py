# feature: gmtime, strftime, strptime and clocks
# request: {}
# expect: [1970, 2, "1970-01-02", 34, "Fri Jan  2 00:00:00 1970", true, true, true, true, true]

import time

def process_incoming(request):
    t = time.gmtime(86400)
    return [t.tm_year, t[2], time.strftime("%Y-%m-%d", t), time.strptime("2026-02-03", "%Y-%m-%d").tm_yday, time.asctime(t), time.time() > 1e9, time.monotonic() >= 0, time.perf_counter() > 0, isinstance(time.time_ns(), int), isinstance(t, time.struct_time)]
