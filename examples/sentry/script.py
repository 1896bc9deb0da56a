"""Posts what Sentry finds: alerts with the line of code, metric alerts, and issues that come, come back or are resolved."""

from hookcell import log, secrets

GREEN, BLUE, ORANGE, RED, PURPLE = "#2eb886", "#439fe0", "#daa038", "#a30200", "#764fa5"
LEVELS = {"fatal": PURPLE, "error": RED, "warning": ORANGE, "info": BLUE, "debug": BLUE}
TAGS = ("environment", "release", "transaction", "server_name", "browser")


def process_incoming(request):
    headers = request["headers"]
    if not secrets.verify_hmac("sentry", request["content_raw"], headers.get("sentry-hook-signature")):
        return {"error": "The signature does not match."}
    resource = headers.get("sentry-hook-resource", "")
    body = request["content"]
    handler = HANDLERS.get(resource)
    content = handler(body) if handler else None
    if content is None:
        log.info("nothing to post", resource=resource, action=body.get("action"))
        return None
    return {"content": content}


def issue_alert(body):
    """An alert rule of a project: the event that set it off, and where in the code it happened."""
    event = body["data"]["event"]
    tags = dict(event["tags"])
    return {
        "text": f":rotating_light: *{body['data']['triggered_rule']}*: [{event['level']}]({event['web_url']})",
        "attachments": [
            card(
                LEVELS.get(event["level"], RED),
                title=event["title"],
                title_link=event["web_url"],
                text=code_of(event) or event["location"] or event["culprit"],
                fields={name: tags[name] for name in TAGS if tags.get(name)},
                ts=event["datetime"],
            )
        ],
    }


def metric_alert(body):
    """A number that is too large, or well again."""
    alert = body["data"]["metric_alert"]
    color, emoji = {
        "critical": (RED, ":fire:"),
        "warning": (ORANGE, ":warning:"),
        "resolved": (GREEN, ":white_check_mark:"),
    }[body["action"]]
    return {
        "text": f"{emoji} [{body['action'].capitalize()}]({body['data']['web_url']}): *{alert['alert_rule']['name']}*",
        "attachments": [
            card(
                color,
                title=body["data"]["description_title"],
                title_link=body["data"]["web_url"],
                text=body["data"]["description_text"].replace("\\n", "\n"),
                fields={"Project": ", ".join(alert["projects"])},
                ts=alert["date_closed"] or alert["date_started"],
            )
        ],
    }


def issue(body):
    """An issue that is new, escalates, is back after it was resolved, or is resolved."""
    one = body["data"]["issue"]
    escalates = one["substatus"] == "escalating"
    verb, color = {
        "created": ("New", LEVELS.get(one["level"], RED)),
        "unresolved": ("Escalating" if escalates else "Back", RED),
        "resolved": ("Resolved", GREEN),
    }.get(body["action"], (None, None))
    if verb is None or (body["action"] == "unresolved" and one["substatus"] not in ("escalating", "regressed")):
        return None
    text = f"{verb}: [{one['shortId']}]({one['web_url']}) in {one['project']['name']}"
    if body["actor"]["type"] == "user":
        text += f", by {body['actor']['name']}"
    details = one["statusDetails"]
    fields = {"Events": one["count"], "Users": one["userCount"]}
    if details.get("inNextRelease"):
        fields["In"] = "the next release"
    elif details.get("inRelease"):
        fields["In"] = details["inRelease"]
    return {
        "text": text,
        "attachments": [
            card(
                color,
                title=one["title"],
                title_link=one["web_url"],
                text=one["culprit"],
                fields=fields,
                ts=one["lastSeen"],
            )
        ],
    }


HANDLERS = {"event_alert": issue_alert, "metric_alert": metric_alert, "issue": issue}


def card(color, fields, **attachment):
    attachment["fields"] = [{"title": name, "value": str(value), "short": True} for name, value in fields.items()]
    return {"color": color} | {name: value for name, value in attachment.items() if value}


def code_of(event):
    """The line where it happened, of our own code if there is some: the newest frame comes last."""
    errors = (event.get("exception") or {}).get("values") or []
    stack = (errors[-1].get("stacktrace") or {}).get("frames") or [] if errors else []
    for frame in sorted(stack[::-1], key=lambda frame: not frame["in_app"]):
        if frame.get("context_line"):
            return f"```\n{frame['filename']}:{frame['lineno']}\n{frame['context_line'].strip()}\n```"
    return ""
