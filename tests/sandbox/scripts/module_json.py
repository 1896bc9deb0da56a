# feature: dumps and loads with options, errors
# request: {}
# expect: ["{\"a\":\"\\u00e9\",\"b\":[1,null,true]}", "{\"d\": \"2026-01-02\"}", "\"custom\"", {"a": "1.5"}, [1], ["Expecting property name enclosed in double quotes", 1, "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"], "\"</\u00e9>\"", "{\n \"x\": {\n  \"y\": []\n }\n}"]

import json
from datetime import date

class Encoder(json.JSONEncoder):
    def default(self, o):
        return "custom"

def process_incoming(request):
    try:
        json.loads("{bad")
    except json.JSONDecodeError as error:
        message = [error.msg, error.pos, str(error)]
    return [json.dumps({"b": [1, None, True], "a": "é"}, sort_keys=True, separators=(",", ":")), json.dumps({"d": date(2026, 1, 2)}, default=str), json.dumps({1}, cls=Encoder),
            json.loads('{"a": 1.5}', parse_float=str), json.loads("[1]", object_pairs_hook=dict), message, json.dumps("</é>", ensure_ascii=False), json.dumps({"x": {"y": []}}, indent=1)]
