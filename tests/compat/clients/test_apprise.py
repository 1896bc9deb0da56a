"""Apprise's `rocket://` in its three modes."""

import pytest
from apprise import Apprise
from apprise.plugins.rocketchat import NotifyRocketChat

from tests.api.hooks import Hook
from tests.api.servers import ADMIN_PASS, Running

# it loads all its plugins, and one of them loads a module that Python is about to drop
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(NotifyRocketChat, "request_rate_per_sec", 0)


def notify(server: Running, credentials: str, targets: str, mode: str) -> bool:
    url = server.client.base_url
    apprise = Apprise()
    assert apprise.add(f"rocket://{credentials}@{url.host}:{url.port}/{targets}?mode={mode}&avatar=no")
    return bool(apprise.notify(body="build 7 is green"))


def test_basic_mode_posts_with_a_password(server: Running) -> None:
    hook = Hook(server)
    credentials = f"admin:{ADMIN_PASS.replace(' ', '%20')}"
    assert notify(server, credentials, f"%23{hook.room}/@rocket.cat", "basic")
    assert hook.texts() == ["build 7 is green"]
    assert not notify(server, "admin:wrong", f"%23{hook.room}", "basic")
    assert hook.total() == 1


def test_token_mode_posts_with_a_login_token(server: Running) -> None:
    hook = Hook(server)
    headers = server.admin.headers
    credentials = f"{headers['X-User-Id']}:{headers['X-Auth-Token']}"
    assert notify(server, credentials, f"%23{hook.room}", "token")
    assert hook.texts() == ["build 7 is green"]


def test_webhook_mode_posts_through_a_hook(server: Running) -> None:
    hook = Hook(server)
    webhook = f"{hook.record['_id']}/{hook.record['token']}"
    assert notify(server, webhook, "", "webhook")
    assert hook.texts() == ["build 7 is green"]
    # a target is a channel of the message, which the hook must allow
    assert not notify(server, webhook, "%23general", "webhook")
    assert not notify(server, webhook[:-1], "", "webhook")
    allowing = Hook(server, overrideDestinationChannelEnabled=True)
    webhook = f"{allowing.record['_id']}/{allowing.record['token']}"
    assert notify(server, webhook, f"%23{hook.room}", "webhook")
    assert hook.total() == 2


def test_its_pictures_are_shown_where_a_hook_posts(server: Running) -> None:
    hook = Hook(server)
    url = server.client.base_url
    apprise = Apprise()
    webhook = f"{hook.record['_id']}/{hook.record['token']}"
    assert apprise.add(f"rocket://{webhook}@{url.host}:{url.port}/?mode=webhook&avatar=yes")
    assert apprise.notify(body="text", title="Title")
    [message] = hook.messages()
    assert message["avatar"].startswith("https://") and "Title" in message["msg"] and "text" in message["msg"]
