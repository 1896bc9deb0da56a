# feature: names, normal forms, categories
# request: {}
# expect: ["65cc81", "LATIN SMALL LETTER E WITH ACUTE", "\u2022", "Ll", "Uni", "W", "\u03b1"]

import unicodedata

def process_incoming(request):
    return [unicodedata.normalize("NFD", "é").encode().hex(), unicodedata.name("é"), unicodedata.lookup("BULLET"), unicodedata.category("a"), "".join(c for c in unicodedata.normalize("NFKD", "Ünï") if not unicodedata.combining(c)), unicodedata.east_asian_width("漢"), "\N{GREEK SMALL LETTER ALPHA}"]
