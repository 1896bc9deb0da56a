# family: poison
# source: ElementTree keeps prefixes
# expect: completed "<ns0:b xmlns:ns0=\"urn:a\" />"
# calls: 2
import xml.etree.ElementTree as ET
def process_incoming(request):
    return ET.tostring(ET.Element("{urn:a}b")).decode()
