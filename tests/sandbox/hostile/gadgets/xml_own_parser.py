# family: gadgets
# source: a parser with its own handlers
# expect: raised AttributeError | raised TypeError
import xml.etree.ElementTree as ET
def process_incoming(request):
    return str(ET.fromstring("<a/>", parser=ET.XMLParser()))
