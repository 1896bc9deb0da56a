# family: writes
# source: found here: a method of the library that is written in Python writes to whatever self it is given
# expect: raised TypeError
import json
import random
def process_incoming(request):
    random.Random.setstate(json.dumps, (3, (), "kept for the next call"))
    return json.dumps.gauss_next
