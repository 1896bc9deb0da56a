# feature: constants, Template, capwords
# request: {}
# expect: ["abc", "0123456789", "ann owes 5", "1 $y", "A Bc", 32]

import string
from string import Template

def process_incoming(request):
    return [string.ascii_lowercase[:3], string.digits, Template("$who owes ${n}").substitute(who="ann", n=5), Template("$x $y").safe_substitute(x=1), string.capwords("a bc"), len(string.punctuation)]
