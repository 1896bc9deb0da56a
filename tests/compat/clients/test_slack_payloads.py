"""What services send to a "Slack-compatible" webhook, posted by a hook without a script.

Each payload is as the service's Slack notifier makes it: Grafana and Alertmanager send JSON, GitLab and Sentry a form
with `payload`.
"""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from tests.api.hooks import Hook
from tests.api.servers import Running


@dataclass(frozen=True)
class Service:
    payload: dict[str, Any]
    text: str
    alias: str | None
    face: dict[str, str]
    dropped: tuple[str, ...]
    form: bool = False


GRAFANA = Service(
    {
        "channel": "#{room}",
        "username": "Grafana",
        "icon_emoji": "",
        "icon_url": "https://grafana.com/static/assets/img/fav32.png",
        "text": "",
        "attachments": [
            {
                "title": "[FIRING:1] High latency checkout (api critical)",
                "title_link": "https://grafana.example.org/alerting/list",
                "text": "**Firing**\n\nValue: B=1.82, C=1\nLabels:\n - alertname = High latency\n - service = checkout\n",
                "fallback": "[FIRING:1] High latency checkout (api critical)",
                "fields": None,
                "footer": "Grafana v11.3.0",
                "footer_icon": "https://grafana.com/static/assets/img/fav32.png",
                "color": "#D63232",
                "ts": 1731679200,
                "mrkdwn_in": ["pretext"],
            }
        ],
    },
    text="[FIRING:1] High latency checkout (api critical)",
    alias="Grafana",
    face={"avatar": "https://grafana.com/static/assets/img/fav32.png"},
    dropped=("attachments[0].footer_icon", "attachments[0].mrkdwn_in"),
)

ALERTMANAGER = Service(
    {
        "channel": "#{room}",
        "username": "Alertmanager",
        "link_names": False,
        "attachments": [
            {
                "title": "[FIRING:2] InstanceDown (node critical)",
                "title_link": "https://alertmanager.example.org/#/alerts?receiver=slack",
                "text": "",
                "fallback": "[FIRING:2] InstanceDown (node critical) | https://alertmanager.example.org/#/alerts?receiver=slack",
                "callback_id": "",
                "fields": [
                    {"title": "Severity", "value": "critical", "short": True},
                    {"title": "Instances", "value": "db-1:9100, db-2:9100", "short": False},
                ],
                "actions": [
                    {"type": "button", "text": "Silence", "url": "https://alertmanager.example.org/#/silences/new"}
                ],
                "footer": "",
                "color": "danger",
                "mrkdwn_in": ["fallback", "pretext", "text"],
            }
        ],
    },
    text="[FIRING:2] InstanceDown (node critical) | https://alertmanager.example.org/#/alerts?receiver=slack",
    alias="Alertmanager",
    face={},
    dropped=("link_names", "attachments[0].callback_id", "attachments[0].actions", "attachments[0].mrkdwn_in"),
)

GITLAB = Service(
    {
        "username": "GitLab",
        "icon_url": "https://gitlab.example.org/assets/gitlab_logo.png",
        "text": "Ada (ada) pushed to branch <https://gitlab.example.org/team/app/commits/main|main> of "
        "<https://gitlab.example.org/team/app|Team / App> "
        "(<https://gitlab.example.org/team/app/compare/95790bf8...da1560886|Compare changes>)",
        "attachments": [
            {
                "text": "[da156088](https://gitlab.example.org/team/app/-/commit/da1560886): Fix the readme - Ada",
                "color": "#345",
                "mrkdwn_in": ["text"],
            }
        ],
        "mrkdwn": True,
    },
    text="Ada (ada) pushed to branch <https://gitlab.example.org/team/app/commits/main|main> of "
    "<https://gitlab.example.org/team/app|Team / App> "
    "(<https://gitlab.example.org/team/app/compare/95790bf8...da1560886|Compare changes>)",
    alias="GitLab",
    face={"avatar": "https://gitlab.example.org/assets/gitlab_logo.png"},
    dropped=("mrkdwn", "attachments[0].mrkdwn_in"),
    form=True,
)

SENTRY = Service(
    {
        "username": "Sentry",
        "channel": "#{room}",
        "icon_url": "https://sentry.example.org/_static/images/sentry-avatar.png",
        "attachments": [
            {
                "fallback": "[shop] ZeroDivisionError: division by zero",
                "title": "ZeroDivisionError: division by zero",
                "title_link": "https://sentry.example.org/organizations/acme/issues/17/?referrer=slack",
                "text": "shop.cart in total",
                "color": "#f43f20",
                "fields": [
                    {"title": "Culprit", "value": "shop.cart in total", "short": False},
                    {"title": "Project", "value": "shop", "short": True},
                    {"title": "First seen", "value": True, "short": True},
                    {"title": "Times seen", "value": 3, "short": True},
                ],
            }
        ],
    },
    text="[shop] ZeroDivisionError: division by zero",
    alias="Sentry",
    face={"avatar": "https://sentry.example.org/_static/images/sentry-avatar.png"},
    dropped=(),
    form=True,
)

SERVICES = {"Grafana": GRAFANA, "Alertmanager": ALERTMANAGER, "GitLab": GITLAB, "Sentry": SENTRY}


@pytest.mark.parametrize("service", SERVICES.values(), ids=SERVICES)
def test_a_slack_style_payload_is_posted_without_a_script(server: Running, service: Service) -> None:
    hook = Hook(server, overrideDestinationChannelEnabled=True)
    body = json.dumps(service.payload).replace("{room}", hook.room)
    answer = hook.post(data={"payload": body}) if service.form else hook.post(json=json.loads(body))
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    [message] = hook.messages()
    assert (message["msg"], message.get("alias")) == (service.text, service.alias)
    assert {key: message[key] for key in ("avatar", "emoji") if key in message} == service.face
    [sent], [shown] = service.payload["attachments"], message["attachments"]
    known = {key: value for key, value in sent.items() if f"attachments[0].{key}" not in service.dropped}
    expected = {key: value for key, value in known.items() if value is not None and key != "fields"}
    assert {key: value for key, value in shown.items() if key != "fields"} == expected
    fields = [{**field, "value": _text(field["value"])} for field in sent.get("fields") or []]
    assert shown.get("fields", []) == fields
    steps = {step["name"]: step for step in hook.runs()[0]["steps"]}
    assert tuple(steps.get("fields-dropped", {"fields": []})["fields"]) == service.dropped


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
