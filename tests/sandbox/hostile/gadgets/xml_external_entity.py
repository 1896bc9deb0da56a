# family: gadgets
# source: XXE
# expect: raised ParseError
import xml.etree.ElementTree as ET
def process_incoming(request):
    text = '<!DOCTYPE a [<!ENTITY b SYSTEM "file://' + request["file"] + '">]><a>&b;</a>'
    return ET.tostring(ET.fromstring(text)).decode()
