"""Posts incidents of PagerDuty: who is called, who has taken it, how it grows, and that it is over."""

from datetime import datetime

from hookcell import log, secrets

GREEN, BLUE, ORANGE, RED, GREY = "#2eb886", "#439fe0", "#daa038", "#a30200", "#9ea2a8"


def process_incoming(request):
    if not signed(request["headers"].get("x-pagerduty-signature", ""), request["content_raw"]):
        return {"error": "The signature does not match."}
    event = request["content"]["event"]
    kind = event["event_type"]
    if kind == "pagey.ping":
        return {"content": "PagerDuty is connected."}
    handler = HANDLERS.get(kind)
    if handler is None:
        log.info("nothing to post", event_type=kind)
        return None
    return {"content": handler(event, event["data"])}


def signed(header, body):
    """`v1=<signature>,v1=<signature>`: two while the secret is being replaced, and one of them has to be right."""
    signatures = [part.strip().removeprefix("v1=") for part in header.split(",") if part.strip().startswith("v1=")]
    return any(secrets.verify_hmac("pagerduty", body, signature) for signature in signatures[:5])


def triggered(event, incident):
    high = incident["urgency"] == "high"
    return message(
        f"{':rotating_light:' if high else ':bell:'} *Triggered*: {link(incident)} in {service(incident)}",
        RED if high else ORANGE,
        incident,
        {"Called": people(incident["assignees"]), "Priority": summary(incident["priority"])},
    )


def acknowledged(event, incident):
    return message(f":eyes: *{agent(event)}* has {link(incident)} in {service(incident)}", BLUE, incident, {})


def escalated(event, incident):
    return message(
        f":arrow_double_up: *Escalated*: {link(incident)} in {service(incident)}",
        RED,
        incident,
        {"Called": people(incident["assignees"]), "Policy": summary(incident["escalation_policy"])},
    )


def reassigned(event, incident):
    return message(f"*{agent(event)}* gave {link(incident)} to {people(incident['assignees'])}", ORANGE, incident, {})


def reopened(event, incident):
    return message(f":rotating_light: *Open again*: {link(incident)} in {service(incident)}", RED, incident, {})


def raised(event, incident):
    priority = summary(incident["priority"]) or "none"
    return message(f"*{agent(event)}* made {link(incident)} priority {priority}", ORANGE, incident, {})


def resolved(event, incident):
    lasted = datetime.fromisoformat(event["occurred_at"]) - datetime.fromisoformat(incident["created_at"])
    return message(
        f":white_check_mark: *Resolved*: {link(incident)} in {service(incident)}",
        GREEN,
        incident,
        {"By": agent(event), "Lasted": in_words(lasted)},
    )


def annotated(event, note):
    incident = note["incident"]
    attachment = {
        "color": GREY,
        "title": incident["summary"],
        "title_link": incident["html_url"],
        "text": note["content"][:500],
    }
    return {"text": f":memo: *{agent(event)}* noted", "attachments": [attachment]}


HANDLERS = {
    "incident.triggered": triggered,
    "incident.acknowledged": acknowledged,
    "incident.escalated": escalated,
    "incident.reassigned": reassigned,
    "incident.reopened": reopened,
    "incident.priority_updated": raised,
    "incident.resolved": resolved,
    "incident.annotated": annotated,
}


def message(text, color, incident, fields):
    """The title stands in the attachment: whoever sends alerts may write it, and a text that says @all calls all."""
    attachment = {
        "color": color,
        "title": incident["title"],
        "title_link": incident["html_url"],
        "fields": [{"title": name, "value": value, "short": True} for name, value in fields.items() if value],
    }
    return {"text": text, "attachments": [{name: value for name, value in attachment.items() if value}]}


def link(incident):
    return f"[#{incident['number']}]({incident['html_url']})"


def service(incident):
    return f"[{incident['service']['summary']}]({incident['service']['html_url']})"


def summary(reference):
    return reference["summary"] if reference else None


def people(references):
    return ", ".join(reference["summary"] for reference in references) or "nobody"


def agent(event):
    """Who did it: a person, or the service whose alert did."""
    return summary(event["agent"]) or (event["client"] or {}).get("name") or "PagerDuty"


def in_words(duration):
    """ "1h 5m", "12m", "under a minute"."""
    hours, minutes = divmod(int(duration.total_seconds()) // 60, 60)
    parts = [f"{number}{unit}" for number, unit in ((hours, "h"), (minutes, "m")) if number]
    return " ".join(parts) or "under a minute"
