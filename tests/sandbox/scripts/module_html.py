# feature: escape and unescape
# request: {}
# expect: ["&lt;a href=&quot;x&quot;&gt;&amp;&#x27;&lt;/a&gt;", "<\u00e9'\u00a0\u2665", "\""]

import html

def process_incoming(request):
    return [html.escape('<a href="x">&\'</a>'), html.unescape("&lt;&eacute;&#39;&nbsp;&hearts;"), html.escape('"', quote=False)]
