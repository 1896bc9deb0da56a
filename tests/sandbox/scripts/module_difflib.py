# feature: diffs, ratios and close matches
# request: {}
# expect: [["--- a", "+++ b", "@@ -1,3 +1,3 @@", " one", "-two", "+too", " three"], 0.75, ["apple", "ape"], ["- a", "+ b"], [["delete", 0, 1, 0, 0], ["equal", 1, 2, 0, 1]]]

import difflib

def process_incoming(request):
    a, b = ["one", "two", "three"], ["one", "too", "three"]
    return [list(difflib.unified_diff(a, b, "a", "b", lineterm="")), difflib.SequenceMatcher(None, "abcd", "bcde").ratio(), difflib.get_close_matches("appel", ["ape", "apple", "peach"]), list(difflib.ndiff(["a"], ["b"])), [list(o) for o in difflib.SequenceMatcher(None, "ab", "b").get_opcodes()]]
