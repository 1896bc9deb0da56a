"""JSON as it is stored: whatever a script or a sender can make is written, and read again as it was."""

import json

import orjson


def json_text(value: object) -> str:
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        # half a surrogate pair, which scripts and senders can make, is no UTF-8 but has an escape; and orjson writes
        # less deep than it reads
        return json.dumps(value, allow_nan=False)


def json_value(text: str) -> object:
    try:
        return orjson.loads(text)
    except ValueError:
        return json.loads(text)
