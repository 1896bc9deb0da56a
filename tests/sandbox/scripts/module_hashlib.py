# feature: digests, hmac and compare_digest
# request: {}
# expect: ["ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", "9dd4e461268c8034f5c8564e155c67a6", "95cb0bfd2977c761298d9624e4b4d4c72a39974a", "f0da0384", "772b71c8a2997e768be01d9711e4a4f34a24ef33", "94ec9586", true, "b60090e3", 32, "sha256", "1d6f1f70", "a7ffc6f8", "13a6893e"]

import hashlib
import hmac

def process_incoming(request):
    h = hashlib.sha256()
    h.update(b"abc")
    return [h.hexdigest(), hashlib.md5(b"x").hexdigest(), hashlib.new("sha1", b"y").hexdigest(), hashlib.blake2b(b"z", digest_size=4).hexdigest(), hmac.new(b"k", b"m", hashlib.sha1).hexdigest(), hmac.new(b"k", b"m", "sha512").hexdigest()[:8],
            hmac.compare_digest("a", "a"), hmac.digest(b"k", b"m", "sha256").hex()[:8], h.digest_size, h.name, hashlib.pbkdf2_hmac("sha256", b"p", b"s", 10).hex()[:8], hashlib.sha3_256(b"").hexdigest()[:8], hashlib.scrypt(b"p", salt=b"s", n=16, r=1, p=1).hex()[:8]]
