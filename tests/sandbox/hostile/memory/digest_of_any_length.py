# family: memory
# source: hashlib.shake_256
# expect: out-of-memory | raised OverflowError | raised ValueError
import hashlib
def process_incoming(request):
    return len(hashlib.shake_256(b"x").digest(10 ** 9))
