import pytest

from engine.errors import PlainError
from engine.model.json import JsonObject, JsonValue
from engine.model.messages import MessageContent
from engine.posting import PostDefaults, check_size, destinations, message_body, normalise

CONFIGURED = PostDefaults(alias="Configured", avatar="http://example.com/c.png", emoji=":c:")


def test_text_beats_msg_and_is_trimmed() -> None:
    assert normalise({"text": "  a\n", "msg": "b"}).text == "a"
    assert normalise({"text": "", "msg": "b"}).text == "b"
    assert normalise({"text": 7.0}).text == "7"
    assert normalise({"text": True}).text == "true"
    assert normalise({}).empty


def test_username_beats_alias_beats_the_configured_one() -> None:
    assert normalise({"username": "u", "alias": "a"}, CONFIGURED).alias == "u"
    assert normalise({"alias": "a"}, CONFIGURED).alias == "a"
    assert normalise({}, CONFIGURED).alias == "Configured"
    assert normalise({}, PostDefaults(alias="")).alias is None


@pytest.mark.parametrize(
    ("body", "avatar", "emoji"),
    [
        ({"icon_url": "http://x/1", "avatar": "http://x/2", "emoji": ":e:"}, "http://x/1", None),
        ({"avatar": "http://x/2", "icon_emoji": ":i:"}, "http://x/2", None),
        ({"avatar": "/local.png"}, "/local.png", None),
        ({"icon_emoji": ":i:", "emoji": ":e:"}, None, ":i:"),
        ({"emoji": ":e:"}, None, ":e:"),
        ({"avatar": "", "emoji": ""}, "http://example.com/c.png", None),
        ({}, "http://example.com/c.png", None),
    ],
)
def test_one_of_avatar_and_emoji_is_set(body: JsonObject, avatar: str | None, emoji: str | None) -> None:
    content = normalise(body, CONFIGURED)
    assert (content.avatar, content.emoji) == (avatar, emoji)


def test_a_configured_emoji_counts_where_no_avatar_is_configured() -> None:
    assert normalise({}, PostDefaults(emoji=":c:")).emoji == ":c:"


def test_urls_are_parsed_unless_attachments_are_given_or_it_is_said() -> None:
    assert normalise({"text": "x"}).parse_urls is True
    assert normalise({"text": "x", "attachments": []}).parse_urls is False
    assert normalise({"text": "x", "attachments": [], "parseUrls": True}).parse_urls is True
    assert normalise({"text": "x", "parseUrls": "false"}).parse_urls is False
    assert normalise({"text": "x"}).groupable is False
    assert normalise({"text": "x", "groupable": True}).groupable is True


def test_what_is_not_known_is_dropped_and_named() -> None:
    body: JsonObject = {
        "text": "x",
        "mrkdwn": True,
        "attachments": [{"title": "t", "mrkdwn_in": [], "fields": [{"title": "a", "value": 1, "style": "b"}]}],
    }
    content = normalise(body)
    assert content.dropped == ("mrkdwn", "attachments[0].mrkdwn_in", "attachments[0].fields[0].style")
    assert content.attachments == ({"title": "t", "fields": [{"title": "a", "value": "1"}]},)


def test_attachments_of_another_type_are_ignored_and_named() -> None:
    content = normalise({"text": "x", "attachments": "none"})
    assert (content.attachments, content.dropped) == ((), ("attachments",))


def test_the_first_fallback_is_the_text_of_a_message_without_one() -> None:
    attachments: list[JsonValue] = [{"fallback": " first "}, {"fallback": "second"}]
    assert normalise({"attachments": attachments}).text == "first"
    assert normalise({"text": "mine", "attachments": attachments}).text == "mine"
    assert normalise({"attachments": [{"title": "t"}, {"fallback": "second"}]}).text == ""


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"text": ["x"]}, "Match error: Expected string, got object in field text"),
        ({"text": "x", "alias": {}}, "Match error: Expected string, got object in field alias"),
        ({"text": "x", "avatar": "crown.png"}, "Invalid href value provided"),
        ({"text": "x", "avatar": "//evil.example/x.png"}, "Invalid href value provided"),
        ({"text": "x", "avatar": "javascript:alert(1)"}, "Invalid href value provided"),
        ({"text": "x", "parseUrls": "perhaps"}, "Match error: Expected boolean, got string in field parseUrls"),
        ({"text": "x", "customFields": []}, "Match error: Expected object, got object in field customFields"),
        ({"text": "x", "tmid": {"id": 1}}, "Match error: Expected string, got object in field tmid"),
        ({"text": "\ud800"}, "Match error: the message is not valid text and JSON"),
        ({"text": "x", "alias": "\ud800"}, "Match error: the message is not valid text and JSON"),
    ],
)
def test_a_wrong_value_fails_the_message(body: JsonObject, error: str) -> None:
    with pytest.raises(PlainError) as raised:
        normalise(body)
    assert str(raised.value) == error


@pytest.mark.parametrize(
    ("body", "hint"),
    [
        ({"text": "x" * 5001}, "text has 5001 characters, 1 more than the 5000 it may have"),
        (
            {"attachments": [{"title": "t"}, {"text": "x" * 6000}]},
            "attachments[1].text has 6000 characters, 1000 more than the 5000 it may have",
        ),
        ({"attachments": [{}] * 101}, "101 attachments; a message has at most 100"),
        ({"attachments": [{"title": "x" * 70_000}]}, "it may have 65536"),
        ({"text": "x", "customFields": {"x": "x" * 70_000}}, "it may have 65536"),
        ({"attachments": [{"fields": [{"title": "", "value": ""}] * 101}]}, "attachments[0].fields has 101 items"),
    ],
)
def test_a_message_that_is_too_large_says_which_part_and_by_how_much(body: JsonObject, hint: str) -> None:
    with pytest.raises(PlainError, match="^error-message-size-exceeded$") as raised:
        check_size(normalise(body))
    assert hint in raised.value.hint


def test_a_text_of_exactly_the_limit_is_posted() -> None:
    check_size(normalise({"text": "x" * 5000}))
    check_size(normalise({"text": "x" * 5001}), most=5001)


def test_a_null_character_cannot_be_stored_and_is_replaced() -> None:
    assert normalise({"text": "a\0b"}).text == "a\ufffdb"


def test_destinations_are_the_contents_or_the_configured_ones_each_once() -> None:
    assert destinations({}, ["#a", "#b", "#a"], False) == ["#a", "#b"]
    assert destinations({"channel": "#x"}, ["#a"], True) == ["#x"]
    assert destinations({"channel": ["#x", "#y", "", "#x"], "roomId": "z"}, ["#a"], True) == ["#x", "#y"]
    assert destinations({"roomId": "z"}, ["#a"], True) == ["z"]
    assert destinations({"channel": "", "roomId": None}, ["#a"], False) == ["#a"]


def test_a_content_that_names_a_destination_where_it_may_not_fails() -> None:
    for body in ({"channel": "#a"}, {"roomId": "a"}):
        with pytest.raises(PlainError, match="^overriding destination channel is disabled for this integration$"):
            destinations({**body}, ["#a"], False)


def test_a_destination_is_text_and_there_are_at_most_a_hundred() -> None:
    with pytest.raises(PlainError, match="Expected string, got number in field channel"):
        destinations({"channel": ["#a", 5]}, [], True)
    with pytest.raises(PlainError, match="invalid-channel") as raised:
        destinations({"channel": [f"#{n}" for n in range(101)]}, [], True)
    assert "101 destinations" in raised.value.hint


def test_unset_fields_are_absent_from_what_is_stored() -> None:
    assert message_body(MessageContent("x"), None) == {"parseUrls": True, "groupable": False}
    assert message_body(MessageContent("x", alias="A", attachments=({"title": "t"},)), {"i": "id"}) == {
        "alias": "A",
        "attachments": [{"title": "t"}],
        "bot": {"i": "id"},
        "parseUrls": True,
        "groupable": False,
    }
