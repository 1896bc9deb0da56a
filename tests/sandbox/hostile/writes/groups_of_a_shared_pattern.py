# family: writes
# source: found here: classes of the library keep patterns, patterns keep a mapping
# expect: raised TypeError | raised AttributeError | completed false
import textwrap
def process_incoming(request):
    textwrap.TextWrapper.wordsep_re.groupindex.update(a=1)
    return "a" in textwrap.TextWrapper.wordsep_re.groupindex
