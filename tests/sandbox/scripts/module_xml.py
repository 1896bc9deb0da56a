# feature: parsing, finding, building, serialising
# request: {}
# expect: ["rss", ["1", "2"], "A & B", "C", "x", ["rss", "item", "title"], "<a k=\"v\"><b n=\"1\">&lt;t&gt;</b>!</a>", "<a k=\"v\"><b n=\"1\">&lt;t&gt;</b>!</a>", 2, {"id": "2"}, "no element found: line 1, column 3", "A & BxC"]

import xml.etree.ElementTree as ET

FEED = """<rss xmlns:d="urn:d"><item id="1"><title>A &amp; B</title><d:tag>x</d:tag></item><item id="2"><title>C</title></item></rss>"""

def process_incoming(request):
    root = ET.fromstring(FEED)
    made = ET.Element("a", {"k": "v"})
    child = ET.SubElement(made, "b")
    child.text = "<t>"
    child.tail = "!"
    child.set("n", "1")
    try:
        ET.fromstring("<a>")
    except ET.ParseError as error:
        message = str(error)
    return [root.tag, [i.get("id") for i in root.findall("item")], root.find("item/title").text, root.findtext("item[@id='2']/title"), root.find("item/d:tag", {"d": "urn:d"}).text, [e.tag for e in root.iter()][:3], ET.tostring(made).decode(), ET.tostring(made, encoding="unicode"), len(root), root[1].attrib, message, "".join(root.itertext())]
