# family: gadgets
# source: ElementTree.register_namespace is global
# expect: raised AttributeError
import xml.etree.ElementTree as ET
def process_incoming(request):
    ET.register_namespace("evil", "http://www.w3.org/XML/1998/namespace")
