# feature: the methods of str
# request: {}
# expect: ["The Quick brown fox", ["The", "Quick", "brown", "fox"], ["a", "b", "", "c"], ["a b", "c"], ["k", "=", "v=w"], "1x2", "The Quick Brown Fox", "abc", "aXcabc", -1, 2, 2, true, true, "007", "x..  y**z**", ["line1", "line2"], true, true, true, true, "Xc", "zbc", "x", "x", "strasse", "a   b", "c3a9", "cba", "bc", "aaa", true, true, "3", true, "Ab"]

def process_incoming(request):
    s = "  The Quick brown fox  "
    return [
        s.strip(), s.split(), "a,b,,c".split(","), "a b c".rsplit(" ", 1), "k=v=w".partition("="), "x".join(["1", "2"]), s.strip().lower().title(), "abc".upper().swapcase(),
        "abcabc".replace("b", "X", 1), "abc".find("z"), "abc".index("c"), "banana".count("an"), "abc".startswith(("x", "ab")), "file.py".endswith(".py"), "7".zfill(3),
        "x".ljust(3, ".") + "y".rjust(3) + "z".center(5, "*"), "line1\nline2\r\n".splitlines(), "abc".isalpha(), "12".isdigit(), " ".isspace(), "Abc".istitle(),
        "abc".translate({97: "X", 98: None}), "abc".translate(str.maketrans("a", "z")), "prefix-x".removeprefix("prefix-"), "x.py".removesuffix(".py"), "Straße".casefold(),
        "a\tb".expandtabs(4), "é".encode("utf-8").hex(), "abc"[::-1], "abc"[1:], "a" * 3, "a" in "abc", "ab" < "b", "%d" % 3, "x".isidentifier(), "ab".capitalize(),
    ]
