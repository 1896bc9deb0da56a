"""Which fields of a body are a message's, and which of several that mean the same counts."""

from typing import Any

import pytest

from tests.api.hooks import Hook
from tests.api.servers import Running
from tests.compat.hooks.facts import Fact, check, sends

HREF = "Invalid href value provided"
SIZE = "error-message-size-exceeded"
PICTURE, OTHER = "https://a.example/x.png", "https://b.example/y.png"


def match(expected: str, got: str, field: str) -> str:
    return f"Match error: Expected {expected}, got {got} in field {field}"


def attached(attachment: object, kept: object = None, *, error: str | None = None, msg: str = "t") -> Fact:
    posted = None if error else {"msg": msg, "attachments": [kept]}
    return Fact({"json": {"text": "t", "attachments": [attachment]}}, posted, error)


CONFIGURED = {"alias": "Configured", "avatar": PICTURE}

FIELDS = {
    "text beats msg": sends({"msg": "a"}, text="a", msg="b"),
    "msg": sends({"msg": "b"}, msg="b"),
    "an empty text leaves msg": sends({"msg": "b"}, text="", msg="b"),
    "text is trimmed": sends({"msg": "a"}, text="  a\n"),
    "text that is a number": sends({"msg": "7"}, text=7),
    "text that is an object": sends(error=match("string", "object", "text"), text={"a": 1}),
    "text of 5000": sends({"msg": "x" * 5000}, text="x" * 5000),
    "text of 5001": sends(error=SIZE, text="x" * 5001),
    "NUL in text": sends({"msg": "a�b"}, text="a\0b"),
    "username beats alias": sends({"alias": "u"}, text="t", username="u", alias="a"),
    "alias": sends({"alias": "a"}, text="t", alias="a"),
    "no alias": sends({"alias": None, "avatar": None, "emoji": None}, text="t"),
    "icon_url": sends({"avatar": PICTURE, "emoji": None}, text="t", icon_url=PICTURE),
    "icon_url beats avatar": sends({"avatar": PICTURE}, text="t", icon_url=PICTURE, avatar=OTHER),
    "avatar beats emoji": sends({"avatar": PICTURE, "emoji": None}, text="t", avatar=PICTURE, icon_emoji=":ghost:"),
    "icon_emoji beats emoji": sends({"emoji": ":a:"}, text="t", icon_emoji=":a:", emoji=":b:"),
    "a path is an avatar": sends({"avatar": "/avatar/x"}, text="t", avatar="/avatar/x"),
    "another host's path is none": sends(error=HREF, text="t", avatar="//evil.example/x"),
    "javascript is no avatar": sends(error=HREF, text="t", icon_url="javascript:alert(1)"),
    "the configured alias": Fact({"json": {"text": "t"}}, CONFIGURED, hook=CONFIGURED),
    "an alias of the body beats it": Fact({"json": {"text": "t", "alias": "a"}}, {"alias": "a"}, hook=CONFIGURED),
    "an emoji of the body beats its avatar": Fact(
        {"json": {"text": "t", "emoji": ":a:"}}, {"emoji": ":a:", "avatar": None}, hook=CONFIGURED
    ),
    "a configured avatar beats a configured emoji": Fact(
        {"json": {"text": "t"}}, {"avatar": PICTURE, "emoji": None}, hook={**CONFIGURED, "emoji": ":a:"}
    ),
    "the configured emoji": Fact({"json": {"text": "t"}}, {"emoji": ":a:"}, hook={"emoji": ":a:"}),
    "parseUrls is on": sends({"parseUrls": True, "groupable": False}, text="t"),
    "parseUrls is off beside attachments": sends({"parseUrls": False}, text="t", attachments=[{"text": "a"}]),
    "parseUrls and groupable said": sends({"parseUrls": False, "groupable": True}, text="t", parseUrls=False, groupable=True),
    "parseUrls that is a number": sends(error=match("boolean", "number", "parseUrls"), text="t", parseUrls=3),
    "tmid": sends({"tmid": "abc"}, text="t", tmid="abc"),
    "customFields": sends({"customFields": {"a": 1}}, text="t", customFields={"a": 1}),
    "customFields that are text": sends(error=match("object", "string", "customFields"), text="t", customFields="a"),
    "unknown fields are dropped": sends({"msg": "t", "nonsense": None, "rid2": None}, text="t", nonsense=1, rid2="x"),
    "nobody sets the mark of bots": sends({"msg": "t"}, text="t", bot={"i": "another"}),
    "no field sets who or when": sends({"editedAt": None}, text="t", ts="2001-01-01", u={"_id": "x"}, _id="x", editedAt=1),
    "customFields over 64 KiB": sends(error=SIZE, text="t", customFields={"a": "x" * 65_536}),
}  # fmt: skip

ATTACHMENTS = {
    "the keys that are kept": attached(
        kept := {
            "color": "#f00",
            "text": "a",
            "ts": "2024-01-02T03:04:05Z",
            "thumb_url": PICTURE,
            "message_link": OTHER,
            "collapsed": True,
            "author_name": "n",
            "author_link": OTHER,
            "author_icon": PICTURE,
            "title": "t",
            "title_link": OTHER,
            "title_link_download": False,
            "image_url": PICTURE,
            "audio_url": PICTURE,
            "video_url": PICTURE,
            "fields": [{"short": True, "title": "a", "value": "b"}],
            "pretext": "p",
            "fallback": "f",
            "footer": "foot",
        },
        kept,
    ),
    "others are dropped": attached({"text": "a", "mrkdwn_in": ["text"], "actions": []}, {"text": "a"}),
    "msg becomes text": attached({"msg": "m", "text": "x"}, {"text": "m"}),
    "null is absent": attached({"text": "a", "color": None}, {"text": "a"}),
    "a number of a field becomes text": attached(
        {"fields": [{"title": "a", "value": 7}, {"title": "b", "value": True}, {"title": "c", "value": 1.5}]},
        {"fields": [{"title": "a", "value": "7"}, {"title": "b", "value": "true"}, {"title": "c", "value": "1.5"}]},
    ),
    "a field without value": attached(
        {"fields": [{"title": "a"}]}, error="Match error: Missing key 'value' in field attachments[0].fields[0]"
    ),
    "a field without title": attached(
        {"fields": [{"value": "a"}]}, error="Match error: Missing key 'title' in field attachments[0].fields[0]"
    ),
    "a field's title is text": attached(
        {"fields": [{"title": 1, "value": "a"}]}, error=match("string", "number", "attachments[0].fields[0].title")
    ),
    "short is a boolean": attached(
        {"fields": [{"title": "a", "value": "b", "short": "yes"}]},
        error=match("boolean", "string", "attachments[0].fields[0].short"),
    ),
    "fields are a list": attached({"fields": {}}, error=match("array", "object", "attachments[0].fields")),
    "color is text": attached({"color": 7}, error=match("string", "number", "attachments[0].color")),
    "collapsed is a boolean": attached({"collapsed": 1}, error=match("boolean", "number", "attachments[0].collapsed")),
    "ts as a Unix number": attached({"ts": 1700000000}, {"ts": 1700000000}),
    "ts that is no time is dropped": attached({"text": "a", "ts": "yesterday"}, {"text": "a"}),
    "title_link must be a url": attached({"title_link": "example.org"}, error=HREF),
    "title_link with javascript": attached({"title_link": "JavaScript:alert(1)"}, error=HREF),
    "image_url must be a url": attached({"image_url": "x.png"}, error=HREF),
    "an attachment is an object": attached("a", error=match("object", "string", "attachments[0]")),
    "attachments alone": Fact({"json": {"attachments": [{"text": "a"}]}}, {"msg": "", "attachments": [{"text": "a"}]}),
    "their fallback is the text": Fact({"json": {"attachments": [{"fallback": "f"}]}}, {"msg": "f"}),
    "text beats fallback": Fact({"json": {"text": "t", "attachments": [{"fallback": "f"}]}}, {"msg": "t"}),
    "attachments that are no list are dropped": Fact({"json": {"text": "t", "attachments": {"text": "a"}}}, {"msg": "t", "attachments": None}),
    "100 attachments": Fact({"json": {"text": "t", "attachments": [{"text": "a"}] * 100}}, {"msg": "t"}),
    "101 attachments": Fact({"json": {"text": "t", "attachments": [{"text": "a"}] * 101}}, error=SIZE),
    "64 KiB of attachments": Fact({"json": {"text": "t", "attachments": [{"text": "x" * 4900}] * 14}}, error=SIZE),
    "an attachment's text over the limit": attached({"text": "x" * 5001}, error=SIZE),
}  # fmt: skip


@pytest.mark.parametrize("fact", FIELDS.values(), ids=FIELDS)
def test_a_field_of_a_message(server: Running, fact: Fact) -> None:
    check(server, fact)


@pytest.mark.parametrize("fact", ATTACHMENTS.values(), ids=ATTACHMENTS)
def test_attachments(server: Running, fact: Fact) -> None:
    check(server, fact)


def test_a_message_carries_the_mark_of_its_integration_and_its_user(server: Running) -> None:
    hook = Hook(server)
    hook.post(json={"text": "t", "bot": {"i": "x"}, "u": {"username": "admin"}})
    [message] = hook.messages()
    assert message["bot"] == {"i": hook.record["_id"]}
    assert message["u"]["username"] == "rocket.cat"


def test_fields_of_a_scripts_content_are_those_of_a_body(server: Running) -> None:
    content: dict[str, Any] = {"msg": "m", "username": "u", "icon_emoji": ":a:", "attachments": [{"msg": "x"}]}
    hook = Hook(server, f"def process_incoming(request):\n    return {{'content': {content!r}}}\n", alias="c")
    assert hook.post(json={"text": "ignored"}).json() == {"success": True}
    [message] = hook.messages()
    assert (message["msg"], message["alias"], message["emoji"]) == ("m", "u", ":a:")
    assert message["attachments"] == [{"text": "x"}]
