# family: writes
# source: textwrap keeps a table on its class
# expect: raised TypeError | raised AttributeError
import textwrap
def process_incoming(request):
    textwrap.TextWrapper.unicode_whitespace_trans[97] = 98
