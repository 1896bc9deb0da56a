# family: gadgets
# source: billion laughs
# expect: raised ParseError
import xml.etree.ElementTree as ET
def process_incoming(request):
    bomb = '<!DOCTYPE a [<!ENTITY b "' + "ha" * 50 + '">'
    for level in range(10):
        bomb += f'<!ENTITY b{level} "' + (f"&b{level - 1};" if level else "&b;") * 20 + '">'
    return len(ET.fromstring(bomb + "]><a>&b9;</a>").text)
