"""Posts the alerts of Grafana Alerting: a headline for the group, and a card for each alert with its values and links."""

import time
from datetime import datetime

from hookcell import secrets

RESOLVED, NO_DATA = "#2eb886", "#764fa5"
COLORS = {"critical": "#a30200", "warning": "#daa038", "info": "#439fe0"}
MOST_ALERTS = 8
FIVE_MINUTES = 5 * 60
# Labels that the headline or the links say already, or that only Grafana needs.
HIDDEN = ("alertname", "grafana_folder", "severity", "datasource_uid", "ref_id", "rulename")


def process_incoming(request):
    if not signed(request["headers"], request["content_raw"]):
        return {"error": "The signature does not match, or is older than five minutes."}
    group = request["content"]
    alerts = sorted(group["alerts"], key=lambda alert: alert["status"] != "firing")
    return {
        "content": {
            "text": headline(group, alerts),
            "attachments": [card(alert) for alert in alerts[:MOST_ALERTS]],
        }
    }


def signed(headers, body):
    """Grafana signs the time and the body, where the contact point names a header for the time."""
    sent_at = headers.get("x-grafana-alerting-signature-timestamp", "")
    if not sent_at.isdecimal() or abs(time.time() - int(sent_at)) > FIVE_MINUTES:
        return False
    return secrets.verify_hmac("grafana", f"{sent_at}:{body}", headers.get("x-grafana-alerting-signature"))


def headline(group, alerts):
    firing = sum(alert["status"] == "firing" for alert in alerts)
    numbers = {"firing": firing, "resolved": len(alerts) - firing}
    counts = ", ".join(f"{number} {status}" for status, number in numbers.items() if number)
    emoji = ":fire:" if firing else ":white_check_mark:"
    name = group["commonLabels"].get("alertname", "Alerts")
    text = f"{emoji} *{counts}*: [{name}]({group['externalURL'].rstrip('/')}/alerting/list)"
    if folder := group["commonLabels"].get("grafana_folder"):
        text += f" in {folder}"
    left_out = group["truncatedAlerts"] + max(0, len(alerts) - MOST_ALERTS)
    return f"{text}\n_{left_out} more are not shown here._" if left_out else text


def card(alert):
    labels, notes = alert["labels"], alert["annotations"]
    resolved = alert["status"] == "resolved"
    title = notes.get("summary") or labels.get("rulename") or labels.get("alertname", "Alert")
    links = {
        "Panel": alert.get("panelURL") or alert.get("dashboardURL"),
        "Runbook": notes.get("runbook_url"),
        "Silence": None if resolved else alert.get("silenceURL"),
    }
    fields = {name: value for name, value in labels.items() if name not in HIDDEN}
    if resolved:
        fields["Lasted"] = lasted(moment(alert["endsAt"]) - moment(alert["startsAt"]))
    else:
        # `values` is null where the rule has no data, or could not be evaluated.
        fields |= {name: f"{value:g}" for name, value in (alert.get("values") or {}).items()}
    attachment = {
        "color": RESOLVED if resolved else color(labels),
        "title": f"Resolved: {title}" if resolved else title,
        # An alert that "Test" sends has no rule, and so no whole address.
        "title_link": alert["generatorURL"] if alert["generatorURL"].startswith("http") else None,
        "text": "\n".join(
            [notes.get("description", ""), " · ".join(f"[{name}]({link})" for name, link in links.items() if link)]
        ).strip(),
        "fields": [{"title": name, "value": value, "short": True} for name, value in fields.items()],
        "image_url": alert.get("imageURL"),
        "ts": alert["startsAt"],
    }
    return {name: value for name, value in attachment.items() if value}


def color(labels):
    if labels["alertname"] in ("DatasourceNoData", "DatasourceError"):
        return NO_DATA
    return COLORS.get(labels.get("severity"), COLORS["warning"])


def moment(timestamp):
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
