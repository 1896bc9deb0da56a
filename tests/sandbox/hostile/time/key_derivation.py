# family: time
# source: hashlib.pbkdf2_hmac
# expect: raised OverflowError
import hashlib
def process_incoming(request):
    return hashlib.pbkdf2_hmac("sha256", b"x", b"y", 10 ** 12).hex()
