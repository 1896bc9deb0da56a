"""Posts the alerts of Prometheus Alertmanager (webhook version 4): a headline for the group, a card for each alert."""

from datetime import datetime
from urllib.parse import quote

RESOLVED = "#2eb886"
COLORS = {"critical": "#a30200", "warning": "#daa038", "info": "#439fe0"}
UNKNOWN_SEVERITY = "#764fa5"
MOST_ALERTS = 10


def process_incoming(request):
    group = request["content"]
    if not isinstance(group, dict) or group.get("version") != "4":
        # Nothing is posted, and the sender gets this text with a 400.
        return {"error": "This hook understands version 4 of Alertmanager's webhook, and nothing else."}
    alerts = sorted(group["alerts"], key=lambda alert: alert["status"] != "firing")
    return {
        "content": {
            "text": headline(group, alerts),
            "attachments": [card(alert, group["groupLabels"]) for alert in alerts[:MOST_ALERTS]],
        }
    }


def headline(group, alerts):
    """One line for the group: how many, which alert, where; and what was left out."""
    firing = sum(alert["status"] == "firing" for alert in alerts)
    numbers = {"firing": firing, "resolved": len(alerts) - firing}
    counts = [f"{number} {status}" for status, number in numbers.items() if number]
    emoji = ":fire:" if firing else ":white_check_mark:"
    labels = dict(group["groupLabels"])
    name = labels.pop("alertname", None) or group["commonLabels"].get("alertname", "Alerts")
    link = f"{group['externalURL']}/#/alerts?receiver={quote(group['receiver'], safe='')}"
    text = f"{emoji} *{', '.join(counts)}*: [{name}]({link})"
    if labels:
        text += f" ({as_text(labels)})"
    # Alertmanager leaves alerts out beyond its max_alerts, and we beyond ours.
    left_out = group["truncatedAlerts"] + max(0, len(alerts) - MOST_ALERTS)
    if left_out:
        text += f"\n_{left_out} more are not shown here._"
    return text


def card(alert, in_headline):
    """The attachment for one alert, with the labels that the headline does not have."""
    labels, notes = alert["labels"], alert["annotations"]
    own = {name: value for name, value in labels.items() if name not in in_headline}
    title = notes.get("summary") or labels.get("alertname", "Alert")
    started = moment(alert["startsAt"])
    text = [notes.get("description") or notes.get("message") or ""]
    for name in ("runbook_url", "dashboard_url"):
        if name in notes:
            text.append(f"[{name.removesuffix('_url').capitalize()}]({notes[name]})")
    fields = [{"title": name, "value": value, "short": True} for name, value in own.items()]
    if alert["status"] == "resolved":
        # Of an alert that fires, endsAt is the year 1: it has not ended.
        fields.append({"title": "Lasted", "value": lasted(moment(alert["endsAt"]) - started), "short": True})
        title = f"Resolved: {title}"
    attachment = {
        "color": color(alert),
        "title": title,
        "title_link": alert["generatorURL"],
        "text": "\n".join(line for line in text if line),
        "fields": fields,
        "ts": started.isoformat(),
        "footer": alert["fingerprint"],
    }
    return {name: value for name, value in attachment.items() if value}


def color(alert):
    if alert["status"] == "resolved":
        return RESOLVED
    return COLORS.get(alert["labels"].get("severity"), UNKNOWN_SEVERITY)


def as_text(labels):
    return ", ".join(f"{name}={value}" for name, value in labels.items())


def moment(timestamp):
    """Alertmanager writes nanoseconds; Python keeps the microseconds of them."""
    return datetime.fromisoformat(timestamp)


def lasted(duration):
    """ "2d 4h", "1h 5m", "45s": the two largest units."""
    seconds = int(duration.total_seconds())
    parts = []
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        number, seconds = divmod(seconds, size)
        if number:
            parts.append(f"{number}{unit}")
    return " ".join(parts[:2]) or "0s"
