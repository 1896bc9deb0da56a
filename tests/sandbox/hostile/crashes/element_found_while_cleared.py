# family: crashes
# source: CPython gh-126037: use after free in Element.find
# expect: ended
import xml.etree.ElementTree as ET
def process_incoming(request):
    class Odd:
        def __eq__(self, other):
            root.clear()
            return False
    root = ET.Element("a")
    for n in range(10):
        root.append(ET.Element(Odd()))
    root.find("b")
    root.findtext("b")
    return 1
