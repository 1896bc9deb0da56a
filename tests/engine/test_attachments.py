import pytest

from engine.attachments import normalise_attachments
from engine.errors import PlainError
from engine.model.json import JsonObject, JsonValue

EVERYTHING: JsonObject = {
    "color": "#ff0000",
    "text": "text",
    "ts": "2016-12-09T16:53:06.761Z",
    "thumb_url": "http://example.com/t.png",
    "message_link": "https://example.com/m",
    "collapsed": False,
    "author_name": "Bradley",
    "author_link": "https://example.com/b",
    "author_icon": "data:image/png;base64,AAAA",
    "title": "title",
    "title_link": "/file-upload/abc/x.png",
    "title_link_download": True,
    "image_url": "http://example.com/i.png",
    "audio_url": "http://example.com/a.mp3",
    "video_url": "http://example.com/v.mp4",
    "fields": [{"short": True, "title": "Test", "value": "text"}],
    "pretext": "pretext",
    "fallback": "fallback",
    "footer": "footer",
}


def test_every_known_key_is_kept_as_it_is() -> None:
    assert normalise_attachments([EVERYTHING]) == ((EVERYTHING,), [])


def test_msg_becomes_text_and_beats_it_in_any_order() -> None:
    kept, dropped = normalise_attachments([{"msg": " a "}, {"text": "b", "msg": "a"}, {"msg": "", "text": "b"}])
    assert [attachment["text"] for attachment in kept] == ["a", "a", "b"]
    assert dropped == ["attachments[2].msg"]


def test_the_value_of_a_field_becomes_text() -> None:
    fields: list[JsonValue] = [{"title": "t", "value": value} for value in ("x", 4, 4.0, 0.5, True, False)]
    (kept,), _ = normalise_attachments([{"fields": fields}])
    assert kept["fields"] == [{"title": "t", "value": text} for text in ("x", "4", "4", "0.5", "true", "false")]


@pytest.mark.parametrize("ts", [1480999999, 1480999999.5, "1481000000", "2016-12-09", "2016-12-09T16:53:06Z"])
def test_a_time_is_iso_text_or_a_unix_number(ts: str | float) -> None:
    assert normalise_attachments([{"ts": ts}]) == (({"ts": ts},), [])


def test_a_time_that_is_none_is_dropped_and_named() -> None:
    assert normalise_attachments([{"ts": "yesterday"}]) == (({},), ["attachments[0].ts"])


def test_null_is_as_good_as_absent() -> None:
    assert normalise_attachments([{"title": None, "image_url": None, "unknown": None}]) == (({},), [])


@pytest.mark.parametrize(
    ("attachment", "error"),
    [
        ("text", "Match error: Expected object, got string in field attachments[0]"),
        ({"title": 5}, "Match error: Expected string, got number in field attachments[0].title"),
        ({"collapsed": "yes"}, "Match error: Expected boolean, got string in field attachments[0].collapsed"),
        (
            {"title_link_download": "false"},
            "Match error: Expected boolean, got string in field attachments[0].title_link_download",
        ),
        ({"message_link": 12}, "Match error: Expected string, got number in field attachments[0].message_link"),
        ({"author_link": "javascript:alert('x')"}, "Invalid href value provided"),
        ({"image_url": "JavaScript:alert('x')"}, "Invalid href value provided"),
        ({"title_link": "/relative"}, "Invalid href value provided"),
        ({"thumb_url": ""}, "Invalid href value provided"),
        ({"ts": {}}, "Match error: Expected string or number, got object in field attachments[0].ts"),
        ({"fields": ""}, "Match error: Expected array, got string in field attachments[0].fields"),
        ({"fields": [{"value": "x"}]}, "Match error: Missing key 'title' in field attachments[0].fields[0]"),
        ({"fields": [{"title": "x"}]}, "Match error: Missing key 'value' in field attachments[0].fields[0]"),
        (
            {"fields": [{"title": 12, "value": "x"}]},
            "Match error: Expected string, got number in field attachments[0].fields[0].title",
        ),
        (
            {"fields": [{"title": "x", "value": {}}]},
            "Match error: Expected string, number or boolean, got object in field attachments[0].fields[0].value",
        ),
    ],
)
def test_a_known_key_with_a_wrong_value_fails_the_message(attachment: JsonObject, error: str) -> None:
    with pytest.raises(PlainError) as raised:
        normalise_attachments([attachment])
    assert str(raised.value) == error
