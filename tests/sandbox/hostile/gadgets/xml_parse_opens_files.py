# family: gadgets
# source: ElementTree.parse takes a path
# expect: raised AttributeError
import xml.etree.ElementTree as ET
def process_incoming(request):
    return ET.tostring(ET.parse(request["file"]).getroot()).decode()
