"""What a child forked ahead of its need does while it waits: one call, or one compilation, of a script of ours.

A page that a fork shares is copied when it is first written to, and Python writes wherever it counts a reference: some
hundreds of copies, which are most of what a first call or a compilation costs. Rehearsed, they are made before anybody
waits. A script that is like what people write touches the pages that theirs will.
"""

import marshal
from typing import Final

import orjson

from sandbox import wire

FILENAME: Final = "script.py"
HOOK: Final = "process_incoming"

SCRIPT: Final = """
import json
import re
from datetime import datetime

LINK = re.compile(r"(?:see|fix(?:es|ed)?)\\s+#(\\d+)", re.I)
COLORS = {"open": "#2eb886", "closed": "#a30200"}


class Line:
    def __init__(self, title, url):
        self.title = title
        self.url = url

    def text(self):
        return f"- [{self.title}]({self.url})"


def short(text, most=60):
    return text if len(text) <= most else text[: most - 3] + "..."


def process_incoming(request):
    event = request["content"]
    if not isinstance(event, dict) or request["headers"].get("x-event") == "ping":
        return None
    lines, people, count = [], {}, 0
    for item in event["items"]:
        who = item["author"]["name"]
        people[who] = people.get(who, 0) + 1
        count += len(item["files"])
        lines.append(Line(short(item["message"].split("\\n")[0]), item["url"]).text())
    links = [f"#{number}" for item in event["items"] for number in LINK.findall(item["message"])]
    try:
        when = datetime.fromisoformat(event["at"])
    except ValueError as error:
        print("no time:", error)
        return {"error": {"message": str(error)}}
    top = sorted(people.items(), key=lambda pair: (-pair[1], pair[0]))
    attachments = [
        {"title": "Links", "text": ", ".join(links) or "none", "color": COLORS.get(event["state"], "#439fe0")},
        {"title": "People", "fields": [{"title": name, "value": str(n), "short": True} for name, n in top]},
    ]
    text = f"**{event['title']}** at {when:%Y-%m-%d %H:%M}: {count} files\\n" + "\\n".join(lines)
    return {"content": {"text": text, "alias": json.dumps(event["state"]), "attachments": attachments}}
"""

_ITEM: Final = {
    "author": {"name": "someone", "email": "someone@site.example", "id": 7},
    "message": "Say what was done and why it was\n\nIn more words than one, fixes #12",
    "url": "https://site.example/items/0123456789abcdef0123456789abcdef01234567",
    "files": ["a.py", "b.py", "c.py"],
    "done": False,
    "score": 0.5,
}
_BODY: Final = {
    "title": "Rehearsal",
    "state": "open",
    "at": "2026-01-02T03:04:05+00:00",
    "items": [_ITEM | {"author": {"name": f"someone {n % 5}", "id": n}, "number": n} for n in range(20)],
}
_REQUEST: Final = {
    "headers": {"content-type": "application/json", "user-agent": "rehearsal", "x-event": "push"},
    "method": "POST",
    "url": {"hash": "", "search": "", "query": {}, "pathname": "/hooks/a/b", "path": "/hooks/a/b"},
    "user": {"_id": "a", "name": "b", "username": "c"},
}


def call_frames() -> bytes:
    """What a server would send for the first call of this script; to be made in a zygote, which has the time."""
    load = {"limits": {}, "filename": FILENAME, "hooks": [[HOOK]]}
    call = {"hook": 0, "args": [_REQUEST], "body": {"text": ["content_raw"], "parsed": ["content", "body"]}}
    code = marshal.dumps(compile(SCRIPT, FILENAME, "exec"))
    return wire.encode(wire.LOAD, 0, orjson.dumps(load), code) + wire.encode(
        wire.CALL, 1, orjson.dumps(call), orjson.dumps(_BODY)
    )
