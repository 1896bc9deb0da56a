# family: time
# source: hashlib.scrypt
# expect: timed-out | out-of-memory | raised ValueError
import hashlib
def process_incoming(request):
    return hashlib.scrypt(b"x", salt=b"y", n=2 ** 20, r=8, p=16, maxmem=2 ** 31 - 1).hex()
