import re
from typing import Any

import pytest
from inline_snapshot import snapshot

from engine.errors import InvalidParams, PlainError
from engine.model.json import JsonObject
from tests.engine.registries import BOT, MANAGER, NOBODY, OWNER, Desk, incoming, outgoing

DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
COMPUTED = ("_id", "_createdAt", "_updatedAt", "token")

KNOWN_SETTINGS = "isolation, history, loopGuard, loopDepth, egressAllow"


def test_the_example_of_0_49_answers_its_record_and_hears_every_public_channel(desk: Desk) -> None:
    body: JsonObject = {
        "type": "webhook-outgoing",
        "name": "Testing via REST API",
        "event": "sendMessage",
        "enabled": False,
        "username": "rocket.cat",
        "urls": ["http://text2gif.guggy.com/guggify"],
        "scriptEnabled": False,
    }
    record = desk.create(body)
    assert body.items() <= record.items()
    assert {key: value for key, value in record.items() if key not in COMPUTED} == snapshot(
        {
            "name": "Testing via REST API",
            "enabled": False,
            "username": "rocket.cat",
            "userId": "rocket.cat",
            "channel": [],
            "scriptEnabled": False,
            "scriptEngine": "isolated-vm",
            "skipTranspile": False,
            "_createdBy": {"_id": "adminadminadmin", "username": "admin"},
            "type": "webhook-outgoing",
            "event": "sendMessage",
            "urls": ["http://text2gif.guggy.com/guggify"],
        }
    )


def test_the_incoming_example_of_1_1_answers_its_record_with_a_token_of_its_own(desk: Desk) -> None:
    record = desk.create(incoming(name="testHook", token="mine"))
    assert {key: value for key, value in record.items() if key not in COMPUTED} == snapshot(
        {
            "name": "testHook",
            "enabled": True,
            "username": "rocket.cat",
            "userId": "rocket.cat",
            "channel": ["#general"],
            "scriptEnabled": False,
            "scriptEngine": "isolated-vm",
            "skipTranspile": False,
            "_createdBy": {"_id": "adminadminadmin", "username": "admin"},
            "type": "webhook-incoming",
            "overrideDestinationChannelEnabled": False,
        }
    )
    assert re.fullmatch("[2-9A-HJ-NP-TW-Za-km-z]{48}", record["token"])
    assert DATE.fullmatch(record["_createdAt"]) and record["_createdAt"] == record["_updatedAt"]


def test_every_parameter_is_stored_in_its_type(desk: Desk) -> None:
    record = desk.create(
        outgoing(
            channel="#general, @rocket.cat,,all_direct_messages",
            enabled="true",
            urls=["http://93.184.216.34/a", " "],
            triggerWords="!guggy, , !gif",
            triggerWordAnywhere=1,
            runOnEdits="false",
            token=42,
            retryFailedCalls=True,
            retryCount="0",
            retryDelay=" ",
            alias="Guggy",
            avatar=None,
            emoji=":ghost:",
            targetRoom="#general",
            impersonateUser=True,
            hookcell={"history": "failures", "loopDepth": 5},
        )
    )
    assert {key: value for key, value in record.items() if key not in (*COMPUTED, "_createdBy")} == snapshot(
        {
            "name": "out",
            "enabled": True,
            "username": "rocket.cat",
            "userId": "rocket.cat",
            "channel": ["#general", "@rocket.cat", "all_direct_messages"],
            "scriptEnabled": False,
            "scriptEngine": "isolated-vm",
            "skipTranspile": False,
            "alias": "Guggy",
            "emoji": ":ghost:",
            "hookcell": {"history": "failures", "loopDepth": 5},
            "type": "webhook-outgoing",
            "event": "sendMessage",
            "urls": ["http://93.184.216.34/a"],
            "targetRoom": "#general",
            "triggerWords": ["!guggy", "!gif"],
            "triggerWordAnywhere": True,
            "runOnEdits": False,
            "impersonateUser": True,
            "retryFailedCalls": True,
            "retryCount": 4,
            "retryDelay": "powers-of-ten",
        }
    )
    assert record["token"] == "42"


def test_a_field_that_is_null_is_absent_from_the_record(desk: Desk) -> None:
    optional = (
        "script scriptEngine alias avatar emoji targetRoom triggerWords triggerWordAnywhere token runOnEdits"
        " retryFailedCalls retryCount retryDelay impersonateUser hookcell"
    ).split()
    record = desk.create(outgoing(**dict.fromkeys(optional)))
    assert {key: value for key, value in record.items() if key in optional} == {"scriptEngine": "isolated-vm"}
    assert desk.refused_create(outgoing(urls=None)).code == "error-invalid-urls"


def test_what_is_computed_is_dropped_from_the_body_before_the_shape_looks(desk: Desk) -> None:
    computed = {"scriptCompiled": "x", "scriptError": {}, "_id": "mine", "userId": "me", "_updatedBy": 1, "_any": None}
    record = desk.create(outgoing(**computed))
    assert record["_id"] != "mine" and record["userId"] == BOT.id
    assert not {"scriptCompiled", "scriptError", "_updatedBy", "_any"} & record.keys()


@pytest.mark.parametrize(
    ("body", "messages"),
    [
        ([], ["must be object"]),
        (
            {"type": "foo", "username": "a"},
            ["must have required property 'channel'", "must have required property 'event'"],
        ),
        (incoming(type="foo"), ['must match pattern "webhook-incoming"', "must have required property 'event'"]),
        (incoming(name=...), ["must have required property 'name'", "must have required property 'event'"]),
        (outgoing(name=...), ["must have required property 'name'"]),
        (outgoing(name=..., event=...), ["must have required property 'name'", "must have required property 'event'"]),
        (outgoing(urls="http://a"), ["must NOT have additional properties", "must be array"]),
        (outgoing(urls=[""]), ["must NOT have additional properties", "must NOT have fewer than 1 characters"]),
        (
            outgoing(urls=["http://a"] * 101),
            ["must NOT have additional properties", "must NOT have more than 100 items"],
        ),
        (outgoing(enabled="yes"), ["must NOT have additional properties", "must be boolean"]),
        (outgoing(retryCount="x"), ["must NOT have additional properties", "must be number"]),
        (outgoing(name={}), ["must NOT have additional properties", "must be string"]),
        (outgoing(surprise=1), ["must NOT have additional properties"]),
        (incoming(enabled=[]), ["must be boolean", "must have required property 'event'"]),
        (incoming(name="a\0b"), ["must not have NUL characters", "must have required property 'event'"]),
        (
            incoming(hookcell={"isolaton": "pinned"}),
            [
                f"hookcell must NOT have additional properties: 'isolaton'; known are {KNOWN_SETTINGS}",
                "must have required property 'event'",
            ],
        ),
        (
            incoming(hookcell={"loopDepth": 11}),
            ["hookcell.loopDepth must be <= 10", "must have required property 'event'"],
        ),
        (
            incoming(hookcell={"isolation": "none"}),
            ["hookcell.isolation must be one of pinned, per-call", "must have required property 'event'"],
        ),
    ],
)
def test_a_body_that_fits_neither_shape_is_told_the_problem_of_each(desk: Desk, body: Any, messages: list[str]) -> None:
    with pytest.raises(InvalidParams) as caught:
        desk.create(body)
    assert caught.value.messages == [*messages, "must match exactly one schema in oneOf"]
    assert str(caught.value) == "\n ".join(caught.value.messages)


def test_a_type_that_only_contains_a_kind_is_refused_before_any_permission(desk: Desk) -> None:
    for body in (incoming(type="webhook-incoming-invalid"), outgoing(type="x-webhook-outgoing")):
        with pytest.raises(PlainError, match=r"^Invalid integration type\.$"):
            desk.create(body, NOBODY)


METHOD = {"method": "addIncomingIntegration"}
REQUIRED = {"function": "validateOutgoing._verifyRequiredFields"}
OUTGOING = {"function": "validateOutgoing"}
CHANNELS = {"function": "validateOutgoing._verifyUserHasPermissionForChannels"}


@pytest.mark.parametrize(
    ("body", "error", "details"),
    [
        (incoming(channel=" "), "Invalid channel [error-invalid-channel]", METHOD),
        (
            incoming(channel="general"),
            "Invalid channel. Start with @ or # [error-invalid-channel-start-with-chars]",
            {"method": "updateIncomingIntegration"},
        ),
        (
            incoming(channel="#general,,@rocket.cat"),
            "Invalid channel. Start with @ or # [error-invalid-channel-start-with-chars]",
            {"method": "updateIncomingIntegration"},
        ),
        (incoming(username=" "), "Invalid username [error-invalid-username]", METHOD),
        (incoming(username="Rocket.Cat"), "Invalid user [error-invalid-user]", METHOD),
        (incoming(channel="#nowhere"), "Invalid room [error-invalid-room]", METHOD),
        (incoming(channel="@noone"), "Invalid room [error-invalid-room]", METHOD),
        (incoming(channel="ALL_PUBLIC_CHANNELS"), "Invalid room [error-invalid-room]", METHOD),
        (outgoing(event="messageEdited"), "Invalid event type [error-invalid-event-type]", REQUIRED),
        (outgoing(username=""), "Invalid username [error-invalid-username]", REQUIRED),
        (outgoing(event="userCreated"), "Invalid Target Room [error-invalid-targetRoom]", REQUIRED),
        (outgoing(urls=...), "Invalid URLs [error-invalid-urls]", REQUIRED),
        (outgoing(urls=[" "]), "Invalid URLs [error-invalid-urls]", REQUIRED),
        (outgoing(channel=" "), "Invalid Channel [error-invalid-channel]", OUTGOING),
        (
            outgoing(channel="general"),
            "Invalid channel. Start with @ or # [error-invalid-channel-start-with-chars]",
            OUTGOING,
        ),
        (
            outgoing(username="gone"),
            "Invalid user (did you delete the `rocket.cat` user?) [error-invalid-user]",
            OUTGOING,
        ),
        (outgoing(channel="#nowhere"), "Invalid room [error-invalid-room]", CHANNELS),
        (outgoing(channel="ALL_DIRECT_MESSAGES"), "Invalid room [error-invalid-room]", CHANNELS),
    ],
)
def test_each_check_refuses_in_the_words_of_the_original(
    desk: Desk, body: JsonObject, error: str, details: JsonObject
) -> None:
    refused = desk.refused_create(body)
    assert (str(refused), refused.details) == (error, details)


def test_of_two_mistakes_the_one_that_is_checked_first_is_told(desk: Desk) -> None:
    wrong = [
        (outgoing(event="x", username="", urls=..., channel=" "), "error-invalid-event-type"),
        (outgoing(username="", urls=..., channel=" "), "error-invalid-username"),
        (outgoing(event="userCreated", urls=..., channel=" "), "error-invalid-targetRoom"),
        (outgoing(urls=..., channel=" ", username="gone"), "error-invalid-urls"),
        (outgoing(channel="x", username="gone"), "error-invalid-channel-start-with-chars"),
        (outgoing(channel="#nowhere", username="gone"), "error-invalid-user"),
        (incoming(channel="", username=""), "error-invalid-channel"),
        (incoming(channel="x", username=""), "error-invalid-channel-start-with-chars"),
        (incoming(channel="#nowhere", username=""), "error-invalid-username"),
        (incoming(channel="#nowhere", username="gone"), "error-invalid-user"),
    ]
    for body, code in wrong:
        assert desk.refused_create(body).code == code
        assert desk.refused_create(body, NOBODY).code == "not_authorized"


def test_a_denial_has_a_reason_for_incoming_and_none_for_outgoing(desk: Desk) -> None:
    refused = desk.refused_create(incoming(), NOBODY)
    assert (str(refused), refused.details, refused.status) == ("Unauthorized [not_authorized]", METHOD, 400)
    refused = desk.refused_create(outgoing(), NOBODY)
    assert (str(refused), refused.details, refused.status) == ("[not_authorized]", None, 400)


def test_rooms_one_is_not_in_need_both_permissions(desk: Desk) -> None:
    for body in (incoming(channel="#secret"), outgoing(channel="#secret"), incoming(channel="@nora")):
        assert desk.create(body)["channel"] == [body["channel"]]
        for caller in (OWNER, MANAGER):
            assert desk.refused_create(body, caller).code == "error-invalid-channel"
    assert desk.create(incoming(channel="#GENERAL"), OWNER)["channel"] == ["#GENERAL"]


def test_whole_kinds_of_rooms_are_for_those_who_manage_all(desk: Desk) -> None:
    for make in (incoming, outgoing):
        assert desk.create(make(channel="all_public_channels"), OWNER)["channel"] == ["all_public_channels"]
        for channel in ("all_private_groups", "all_direct_messages"):
            assert desk.refused_create(make(channel=channel), OWNER).code == "error-invalid-channel"
            assert desk.create(make(channel=channel), MANAGER)["channel"] == [channel]


def test_events_outside_channels_need_the_permission_for_all_and_store_no_channel(desk: Desk) -> None:
    body = outgoing(event="roomCreated", triggerWords=["a"])
    refused = desk.refused_create(body, OWNER)
    assert str(refused) == "Invalid permission for required Integration creation. [error-invalid-permissions]"
    record = desk.create(body)
    assert record["channel"] == [] and "triggerWords" not in record


def test_the_permissions_of_before_1_1_count_for_both_kinds(desk: Desk) -> None:
    desk.allow("manage-own-integrations", "user")
    for make in (incoming, outgoing):
        assert desk.create(make(channel="all_public_channels"), NOBODY)["_createdBy"]["username"] == "nora"


def test_only_those_who_manage_all_outgoing_ones_may_open_egress(desk: Desk) -> None:
    for make in (incoming, outgoing):
        body = make(hookcell={"egressAllow": ["10.0.0.0/8"]})
        assert desk.create(body)["hookcell"] == {"egressAllow": ["10.0.0.0/8"]}
        assert "manage-outgoing-integrations" in str(desk.refused_create(body, OWNER))


def test_own_settings_are_in_the_record_only_when_set(desk: Desk) -> None:
    assert "hookcell" not in desk.create(incoming(hookcell={}))
    assert "hookcell" not in desk.create(incoming(hookcell=None))
    assert "hookcell" not in desk.create(incoming(hookcell={"loopGuard": None}))
    assert desk.create(incoming(hookcell={"isolation": "per-call"}))["hookcell"] == {"isolation": "per-call"}


def test_strict_restores_its_rows(desk: Desk) -> None:
    strict = desk.strict
    desk.allow("message-impersonate", "bot")
    assert strict.create(incoming())["channel"] == ["#general"]
    assert (
        strict.refused_create(incoming(channel="all_public_channels")).code == "error-invalid-channel-start-with-chars"
    )
    for body, message in (
        (outgoing(channel=...), "must have required property 'channel'"),
        (outgoing(triggerWords="a,b"), "must be array"),
    ):
        with pytest.raises(InvalidParams) as caught:
            strict.create(body)
        assert message in caught.value.messages
    desk.allow("message-impersonate")
    refused = strict.refused_create(incoming())
    assert (refused.code, desk.create(incoming())["name"]) == ("error-user-lacks-message-impersonate-permission", "in")
    assert strict.create(outgoing())["name"] == "out"
