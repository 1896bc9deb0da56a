# feature: import, import as, from import as, inside functions, conditional
# request: {}
# expect: [[1], "a%20b", "%C3%A9", " ", "[2]", 3, 4, 2, ["a"], "a", "a@b.c"]

import json
import urllib.parse
import urllib.parse as up
import xml.etree.ElementTree as ET
from email import utils
from urllib import parse
from json import dumps as d, loads

try:
    import numpy
except ImportError:
    numpy = None

try:
    import ujson as fast
except ImportError:
    import json as fast

def process_incoming(request):
    import math as m
    from collections import OrderedDict
    return [json.loads("[1]"), urllib.parse.quote("a b"), up.quote("é"), parse.unquote("%20"), d([2]), loads("3"), fast.loads("4"), m.floor(2.5), list(OrderedDict(a=1)), ET.fromstring("<a/>").tag, utils.parseaddr("A <a@b.c>")[1]]
