"""`/hooks/sample`, `info`, `add` and `remove`, in both forms of the url."""

from typing import Any

import pytest

from tests.api.hooks import Hook
from tests.api.servers import Running
from tests.compat.hooks.facts import FORM, OK

UNKNOWN = {"success": False, "error": "Invalid integration id or token provided."}
URL = "https://receiver.example/hook"
FORMS = ("{id}/{token}", "{id}/whoever/{token}")


def path(hook: Hook, command: str, form: str = FORMS[0]) -> str:
    return f"/hooks/{command}/" + form.format(id=hook.record["_id"], token=hook.record["token"])


@pytest.fixture(scope="module")
def manager(server: Running) -> Hook:
    """A hook whose posting user may have outgoing integrations: an admin, who is a bot, too."""
    server.user("manager", roles=["admin", "bot"])
    return Hook(server, username="manager")


def added(server: Running, hook: Hook, form: str = FORMS[0], **body: Any) -> Any:
    given = {"event": "newMessageOnChannel", "name": "zap", "target_url": URL, **body}
    sent = {key: value for key, value in given.items() if value is not None}
    return server.client.post(path(hook, "add", form), json=sent)


def removed(server: Running, hook: Hook, url: str = URL, form: str = FORMS[0]) -> Any:
    return server.client.post(path(hook, "remove", form), json={"target_url": url})


@pytest.mark.parametrize("form", FORMS)
def test_samples_are_three_messages(server: Running, form: str) -> None:
    answer = server.client.get(path(Hook(server), "sample", form))
    assert answer.status_code == 200
    samples = answer.json()
    assert [sample["text"] for sample in samples] == ["Sample text 1", "Sample text 2", "Sample text 3"]
    for sample in samples:
        assert (sample["channel_name"], sample["user_name"], sample["trigger_word"]) == (
            "general",
            "rocket.cat",
            "Sample",
        )
        assert len(sample["token"]) == 24 and sample["channel_id"] and sample["user_id"]
        assert sample["timestamp"].endswith("Z")


@pytest.mark.parametrize("form", FORMS)
def test_info_says_that_the_url_is_good(server: Running, form: str) -> None:
    hook = Hook(server, enabled=False)
    answer = server.client.get(path(hook, "info", form))
    assert (answer.status_code, answer.json()) == (200, OK)
    assert hook.runs() == []


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("method", "command"), [("GET", "sample"), ("GET", "info"), ("POST", "add"), ("POST", "remove")]
)
def test_each_asks_for_the_token(server: Running, method: str, command: str, form: str) -> None:
    url = f"/hooks/{command}/" + form.format(id=Hook(server).record["_id"], token="wrong")
    answer = server.client.request(method, url)
    assert (answer.status_code, answer.json()) == (404, UNKNOWN)


@pytest.mark.parametrize("form", FORMS)
def test_an_integration_for_a_channel_is_added_and_removed(server: Running, manager: Hook, form: str) -> None:
    data = {"channel_name": manager.room, "trigger_words": ["!a", "!b"]}
    answer = added(server, manager, form, data=data)
    assert answer.status_code == 200, answer.text
    record = answer.json()
    assert len(record.pop("token")) == 24 and record.pop("success") is True
    expected = {
        "type": "webhook-outgoing",
        "event": "sendMessage",
        "name": "zap",
        "enabled": True,
        "username": "rocket.cat",
        "channel": [f"#{manager.room}"],
        "urls": [URL],
        "triggerWords": ["!a", "!b"],
        "scriptEnabled": False,
    }
    assert {key: record[key] for key in expected} == expected
    assert record["_createdBy"]["username"] == "manager"
    there = {"integrationId": record["_id"]}
    assert server.admin.get("/api/v1/integrations.get", params=there).status_code == 200
    assert removed(server, manager, form=form).json() == OK
    assert server.admin.get("/api/v1/integrations.get", params=there).status_code == 400


def test_an_integration_for_a_user_is_added_disabled(server: Running, manager: Hook) -> None:
    answer = added(server, manager, event="newMessageToUser", data={"username": "admin"})
    record = answer.json()
    assert (answer.status_code, record["channel"], record["enabled"], record["token"]) == (200, ["@admin"], False, "")
    assert removed(server, manager).json() == OK


WORDS = {"a list": ["!a", " ", "!b"], "text": "!a, ,!b", "none": None}


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
def test_trigger_words_are_a_list_or_text(server: Running, manager: Hook, words: object) -> None:
    data = {"channel_name": f"#{manager.room}", "trigger_words": words}
    record = added(server, manager, data=data).json()
    assert record.get("triggerWords", []) == ([] if words is None else ["!a", "!b"])
    assert removed(server, manager).json() == OK


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no user": ({"event": "newMessageToUser", "data": {}}, "username-required"),
    "no data for a user": ({"event": "newMessageToUser"}, "username-required"),
    "another event": ({"event": "x"}, "must be equal to one of the allowed values: newMessageOnChannel, newMessageToUser"),
    "no event": ({"event": None}, "must have required property 'event'"),
    "no name": ({"name": None}, "must have required property 'name'"),
    "no url": ({"target_url": None}, "must have required property 'target_url'"),
    "a blank url": ({"target_url": " ", "data": {"channel_name": "general"}}, "error-invalid-urls"),
    "no channel": ({}, "error-invalid-channel"),
    "an unknown channel": ({"data": {"channel_name": "nowhere"}}, "error-invalid-room"),
    "data that is text": ({"data": "x"}, "must be object"),
    "words that are numbers": ({"data": {"channel_name": "general", "trigger_words": 7}}, "data.trigger_words must be array"),
}  # fmt: skip


@pytest.mark.parametrize(("body", "error"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_added(server: Running, manager: Hook, body: dict[str, Any], error: str) -> None:
    answer = added(server, manager, **body)
    assert (answer.status_code, answer.json()) == (400, {"success": False, "error": error})


@pytest.mark.parametrize("content", [b"{oops", b"[]", b"7", b"{}", b""])
@pytest.mark.parametrize("command", ["add", "remove"])
def test_a_body_must_say_something(server: Running, manager: Hook, command: str, content: bytes) -> None:
    answer = server.client.post(path(manager, command), content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400 and answer.json()["error"].startswith("must ")


def test_a_form_removes_too(server: Running, manager: Hook) -> None:
    added(server, manager, data={"channel_name": manager.room})
    answer = server.client.post(path(manager, "remove"), content=f"target_url={URL}", headers=FORM)
    assert (answer.status_code, answer.json()) == (200, OK)


def test_a_posting_user_needs_the_permissions_of_integrations_create(server: Running) -> None:
    answer = added(server, Hook(server), data={"channel_name": "general"})
    assert (answer.status_code, answer.json()) == (400, {"success": False, "error": "not_authorized"})


def test_a_hook_removes_nothing_that_its_user_could_not(server: Running, manager: Hook) -> None:
    record = added(server, manager, data={"channel_name": manager.room}).json()
    for hook, url in ((Hook(server), URL), (manager, "https://receiver.example/other")):
        answer = removed(server, hook, url)
        assert (answer.status_code, answer.json()) == (400, {"success": False, "error": "integration-not-found"})
    assert server.admin.get("/api/v1/integrations.get", params={"integrationId": record["_id"]}).status_code == 200
    assert removed(server, manager).json() == OK
