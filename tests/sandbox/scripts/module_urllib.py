# feature: quoting, parsing and building urls
# request: {}
# expect: ["https", "h.example", 8443, "/a/b", {"x": ["1", "2"]}, [["a", "1"]], "a%20b/%C3%A9", "%2F", "a+b%26", "\u00e9", "a=1&a=2&b=%C3%A9", "https://x/b", "q", "a://b/c?d=1", "https://u:p@h.example:8443/a/b?x=1&x=2#f", "b"]

from urllib.parse import parse_qs, parse_qsl, quote, quote_plus, unquote, urldefrag, urlencode, urljoin, urlparse, urlsplit, urlunsplit

def process_incoming(request):
    u = urlsplit("https://u:p@h.example:8443/a/b?x=1&x=2#f")
    return [u.scheme, u.hostname, u.port, u.path, parse_qs(u.query), parse_qsl("a=1&b="), quote("a b/é"), quote("/", safe=""), quote_plus("a b&"), unquote("%C3%A9"), urlencode({"a": [1, 2], "b": "é"}, doseq=True), urljoin("https://x/a/", "../b"), urlparse("//h/p;q").params, urlunsplit(("a", "b", "/c", "d=1", "")), u.geturl(), urldefrag("a#b").fragment]
