# family: poison
# source: ElementTree keeps compiled paths by the path it was given
# expect: completed ["right"]
# calls: 2
from xml.etree import ElementTree
class Lie(str):
    def __hash__(self):
        return hash("./right")
    def __eq__(self, other):
        return True
def process_incoming(request):
    root = ElementTree.fromstring("<a><wrong/><right/></a>")
    if request["n"] == 0:
        root.findall(Lie("./wrong"))
    return [found.tag for found in root.findall("./right")]
