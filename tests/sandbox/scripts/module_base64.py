# feature: base64, binascii
# request: {}
# expect: ["aGk=", "68693f", "ME======", "6162", 2363233923, "Invalid base64-encoded string: number of data characters (1) cannot be 1 more than a multiple of 4", "VPa!s"]

import base64
import binascii

def process_incoming(request):
    try:
        base64.b64decode("a")
    except binascii.Error as error:
        message = str(error)
    return [base64.b64encode(b"hi").decode(), base64.urlsafe_b64decode("aGk_").hex(), base64.b32encode(b"a").decode(), binascii.hexlify(b"ab").decode(), binascii.crc32(b"x"), message, base64.b85encode(b"abcd").decode()]
