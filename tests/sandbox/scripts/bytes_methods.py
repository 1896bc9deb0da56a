# feature: bytes and bytearray
# request: {}
# expect: ["68656c6c6f20776f726c64", "hello", "ABC", 104, "el", "Hello world", 6, [97, 98], "680065006c006c006f00200077006f0072006c006400", true]

def process_incoming(request):
    b = b"hello world"
    a = bytearray(b)
    a[0] = 72
    a.extend(b"!")
    del a[-1:]
    return [b.hex(), b.split()[0].decode(), bytes.fromhex("414243").decode(), b[0], b[1:3].decode(), a.decode(), b.find(b"w"), list(b"ab"), b.decode().encode("utf-16-le").hex(), b"a" + b"b" == b"ab"]
