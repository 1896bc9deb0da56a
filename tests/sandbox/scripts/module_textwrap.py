# feature: wrap, fill, shorten, indent, dedent, TextWrapper
# request: {}
# expect: [["The quick brown", "fox jumps over", "the lazy dog"], "The quick brown fox\njumps over the lazy\ndog", "The quick [...]", "> a\n> b", "a\n  b", ["* The", "quick"], "a\nb\nc"]

import textwrap

def process_incoming(request):
    t = "The quick brown fox jumps over the lazy dog"
    return [textwrap.wrap(t, 15), textwrap.fill(t, 20), textwrap.shorten(t, 20), textwrap.indent("a\nb", "> "), textwrap.dedent("  a\n    b"), textwrap.TextWrapper(width=10, initial_indent="* ").wrap(t)[:2], textwrap.fill("a\tb  c", 3)]
