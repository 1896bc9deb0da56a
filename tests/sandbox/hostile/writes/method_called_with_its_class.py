# family: writes
# source: found here: a method of the library that is written in Python writes to whatever self it is given
# expect: raised TypeError
import difflib
def process_incoming(request):
    difflib.SequenceMatcher.set_seq1(difflib.SequenceMatcher, "kept for the next call")
    return difflib.SequenceMatcher.a
