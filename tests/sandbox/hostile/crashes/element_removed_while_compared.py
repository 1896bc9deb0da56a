# family: crashes
# source: CPython gh-126033: use after free in Element.remove
# expect: ended
import xml.etree.ElementTree as ET
def process_incoming(request):
    class Odd(ET.Element):
        def __eq__(self, other):
            root.clear()
            return False
    root = ET.Element("a")
    root.append(Odd("b"))
    root.append(Odd("c"))
    root.remove(ET.Element("d"))
    return 1
