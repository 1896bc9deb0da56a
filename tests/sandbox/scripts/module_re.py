# feature: functions, groups, flags, compiled patterns, callables as replacement
# request: {}
# expect: ["hello", "h", ["h", "ello"], {"first": "h"}, [0, 5], 1, ["1", "22"], "<x> at y", "hEllO", ["a", "b", "c"], true, "ab", [1, 3, 5], "a\\.b", true, ["bb", 2], "(?P<first>\\w)(\\w*)", 2, "missing ), unterminated subpattern at position 0", "b", "ello"]

import re

WORD = re.compile(r"(?P<first>\w)(\w*)", re.I)

def process_incoming(request):
    m = WORD.search("hello World")
    try:
        re.compile("(")
    except re.error as error:
        message = str(error)
    return [m.group(), m["first"], m.groups(), m.groupdict(), m.span(), m.start(2), re.findall(r"\d+", "a1b22"), re.sub(r"(\w+)@", r"<\1> at ", "x@y"), re.sub("[aeiou]", lambda m: m[0].upper(), "hello"),
            re.split(r"[,;]\s*", "a, b;c"), re.match(r"^\d+$", "12") is not None, re.fullmatch("a|ab", "ab")[0], [m.start() for m in re.finditer("a", "banana")], re.escape("a.b"),
            re.search(r"^b.c$", "a\nb\nc", re.M | re.S) is not None, re.subn("a", "b", "aa"), WORD.pattern, WORD.groups, message, re.sub("(?x) a  # comment", "b", "a"), m.expand(r"\2")]
