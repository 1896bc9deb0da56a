# family: poison
# source: ElementTree keeps compiled paths by the namespaces beside them
# expect: completed ["{urn:right}b"]
# calls: 2
from xml.etree import ElementTree
class Lie(str):
    def __hash__(self):
        return hash("urn:right")
    def __eq__(self, other):
        return True
    def __lt__(self, other):
        return True
def process_incoming(request):
    root = ElementTree.fromstring('<a><b xmlns="urn:right"/><b xmlns="urn:wrong"/></a>')
    if request["n"] == 0:
        root.findall("x:b", {"x": Lie("urn:wrong")})
    return [found.tag for found in root.findall("x:b", {"x": "urn:right"})]
