"""`rocketchat_API`, the Python client of Rocket.Chat, at work on hookcell."""

from collections.abc import Iterator

import pytest
import requests
from rocketchat_API.APIExceptions.RocketExceptions import RocketApiException, RocketAuthenticationException
from rocketchat_API.rocketchat import RocketChat

from tests.api.servers import ADMIN_PASS, Running


@pytest.fixture
def rocket(server: Running) -> Iterator[RocketChat]:
    with requests.Session() as session:
        yield RocketChat("admin", ADMIN_PASS, server_url=_url(server), session=session)


def _url(server: Running) -> str:
    return str(server.client.base_url).rstrip("/")


def test_it_logs_in_and_says_who_it_is(server: Running, rocket: RocketChat) -> None:
    assert rocket.me()["username"] == "admin"
    with requests.Session() as session:
        token, user_id = rocket.headers["X-Auth-Token"], rocket.headers["X-User-Id"]
        by_token = RocketChat(auth_token=token, user_id=user_id, server_url=_url(server), session=session)
        assert by_token.me()["_id"] == user_id
        with pytest.raises(RocketAuthenticationException):
            RocketChat("admin", "wrong", server_url=_url(server), session=session)


def test_it_posts_and_reads_a_channel(rocket: RocketChat) -> None:
    room = rocket.channels_create("by-client")["channel"]
    posted = rocket.chat_post_message("hello", channel="by-client", alias=None)
    assert posted["channel"] == "by-client" and posted["message"]["msg"] == "hello"
    assert rocket.chat_post_message("again", room_id=room["_id"])["message"]["rid"] == room["_id"]
    history = list(rocket.call_api_get("channels.messages", roomName="by-client")["messages"])
    assert [message["msg"] for message in history] == ["again", "hello"]


@pytest.mark.parametrize("kind", ["webhook-incoming", "webhook-outgoing"])
def test_it_manages_integrations(rocket: RocketChat, kind: str) -> None:
    outgoing = {"event": "sendMessage", "urls": ["https://a.example/"]} if kind == "webhook-outgoing" else {}
    created = rocket.integrations_create(
        integrations_type=kind,
        name="by client",
        enabled=True,
        username="rocket.cat",
        channel="#general",
        script_enabled=False,
        **outgoing,
    )["integration"]
    id = created["_id"]
    assert rocket.integrations_get(id)["integration"] == created
    assert id in [found["_id"] for found in rocket.integrations_list()]
    updated = rocket.integrations_update(
        integrations_type=kind,
        name="renamed",
        enabled=False,
        username="rocket.cat",
        channel="#general",
        script_enabled=False,
        integration_id=id,
        **outgoing,
    )["integration"]
    assert (updated["name"], updated["enabled"], updated["_id"]) == ("renamed", False, id)
    assert list(rocket.integrations_history(id)) == []
    assert rocket.integrations_remove(kind, id)["integration"]["_id"] == id
    with pytest.raises(RocketApiException, match="The integration does not exists"):
        rocket.integrations_get(id)


def test_a_hook_that_it_made_is_called(server: Running, rocket: RocketChat) -> None:
    rocket.channels_create("hooked")
    record = rocket.integrations_create(
        integrations_type="webhook-incoming",
        name="hook",
        enabled=True,
        username="rocket.cat",
        channel="#hooked",
        script_enabled=True,
        script="def process_incoming(request):\n    return request['content']['word'].upper()\n",
    )["integration"]
    url = f"{_url(server)}/hooks/{record['_id']}/{record['token']}"
    assert requests.post(url, json={"word": "ping"}, timeout=10).json() == {"success": True}
    [run] = rocket.integrations_history(record["_id"])
    assert run["finished"] is True
    [message] = rocket.call_api_get("channels.messages", roomName="hooked")["messages"]
    assert message["msg"] == "PING"
