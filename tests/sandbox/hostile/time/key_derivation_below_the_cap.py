# family: time
# source: hashlib.pbkdf2_hmac
# expect: timed-out
import hashlib
def process_incoming(request):
    return hashlib.pbkdf2_hmac("sha512", b"x", b"y", 9999999).hex()
