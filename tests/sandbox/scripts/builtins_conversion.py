# feature: int float str bool complex bytes bytearray chr ord hex oct bin ascii repr format hash callable
# request: {}
# expect: [255, 3, 1000.0, "None", false, 2.0, "A", "78", "\u20ac", 97, "0xff", "0o10", "0b101", "'\\xe9'", "\"a'b\"", "3.14", "1,234,567", 1, true, 256, "00ff", true, 3, "a"]

def process_incoming(request):
    return [
        int("ff", 16), int(3.9), float("1e3"), str(None), bool([]), complex(1, 2).imag, bytes([65]).decode(), bytearray(b"x").hex(),
        chr(8364), ord("a"), hex(255), oct(8), bin(5), ascii("é"), repr("a'b"), format(3.14159, ".2f"), format(1234567, ","), hash(1), callable(len),
        int.from_bytes(b"\x01\x00", "big"), (255).to_bytes(2, "big").hex(), float(1).is_integer(), (5).bit_length(), str(b"a", "utf-8"),
    ]
