# family: gadgets
# source: ElementTree.iterparse takes a path
# expect: raised AttributeError
import xml.etree.ElementTree as ET
def process_incoming(request):
    return str(list(ET.iterparse(request["file"])))
