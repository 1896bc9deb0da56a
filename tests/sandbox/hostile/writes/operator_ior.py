# family: writes
# source: operator writes unguarded
# expect: raised TypeError | raised AttributeError | completed false
import operator, textwrap
def process_incoming(request):
    operator.ior(textwrap.TextWrapper.wordsep_re.groupindex, {"a": 1})
    return "a" in textwrap.TextWrapper.wordsep_re.groupindex
