# family: poison
# source: a registered dialect's name is hashed again when the next call forgets it
# expect: completed []
# calls: 2
import csv
heard = []
class Name(str):
    def __hash__(self):
        heard.append(1)
        return hash("mine")
def process_incoming(request):
    if request["n"] == 0:
        csv.register_dialect(Name("mine"), delimiter=";")
        heard.clear()
    csv.list_dialects()
    return heard
