"""Posts what happens to the issues of a Jira project: created, moved, given to somebody, commented on, deleted."""

from hookcell import log, secrets

GREEN, BLUE, ORANGE, RED, GREY = "#2eb886", "#439fe0", "#daa038", "#a30200", "#9ea2a8"
PRIORITIES = {"Highest": RED, "High": ORANGE, "Medium": BLUE}
# Of a status, Jira says in which of three categories it is, however a team may call it.
CATEGORIES = {"new": GREY, "indeterminate": BLUE, "done": GREEN}
NEWS = ("status", "assignee", "priority", "Sprint")


def process_incoming(request):
    signature = request["headers"].get("x-hub-signature")
    if not secrets.verify_hmac("jira", request["content_raw"], signature):
        return {"error": "The signature does not match."}
    body = request["content"]
    handler = HANDLERS.get(body["webhookEvent"])
    content = handler(body) if handler else None
    if content is None:
        log.info("nothing to post", webhook_event=body["webhookEvent"], kind=body.get("issue_event_type_name"))
        return None
    return {"content": content}


def created(body):
    fields = body["issue"]["fields"]
    shown = {"Priority": name_of(fields["priority"]), "Assigned to": name_of(fields["assignee"])}
    if fields["labels"]:
        shown["Labels"] = ", ".join(fields["labels"])
    return message(body, f"created {link(body)}", priority_color(fields), text=cut(fields["description"]), fields=shown)


def updated(body):
    """A new status, assignee, priority or sprint. Comments come by themselves, and the rest is no news."""
    changes = {item["field"]: item for item in body.get("changelog", {}).get("items", []) if item["field"] in NEWS}
    if not changes:
        return None
    fields = body["issue"]["fields"]
    shown = {
        name.capitalize(): f"{change['fromString'] or 'none'} to {change['toString'] or 'none'}"
        for name, change in changes.items()
    }
    if "status" in changes:
        verb = f"moved {link(body)} to *{changes['status']['toString']}*"
        color = CATEGORIES.get(fields["status"]["statusCategory"]["key"], GREY)
        del shown["Status"]
        shown["Was"] = changes["status"]["fromString"]
    elif "assignee" in changes:
        verb, color = f"gave {link(body)} to {name_of(fields['assignee'])}", BLUE
        del shown["Assignee"]
    else:
        verb, color = f"changed {link(body)}", priority_color(fields)
    return message(body, verb, color, fields=shown)


def deleted(body):
    return message(body, f"deleted {body['issue']['key']}", RED)


def commented(body):
    comment = body["comment"]
    if not comment.get("jsdPublic", True):
        return None  # an internal note of a service desk
    said = f"commented on {link(body)}"
    return message(body, said, GREY, user=comment["author"], text=cut(comment["body"]))


HANDLERS = {
    "jira:issue_created": created,
    "jira:issue_updated": updated,
    "jira:issue_deleted": deleted,
    "comment_created": commented,
}


def message(body, did, color, user=None, text="", fields=None):
    """Titles that people write stand in the attachment: a text that says @all calls everybody."""
    issue = body["issue"]
    attachment = {
        "color": color,
        "title": f"{issue['fields']['issuetype']['name']}: {issue['fields']['summary']}",
        "title_link": address(issue),
        "text": text,
        "fields": [{"title": name, "value": value, "short": True} for name, value in (fields or {}).items()],
    }
    return {
        "text": f"*{(user or body['user'])['displayName']}* {did}",
        "attachments": [{key: part for key, part in attachment.items() if part}],
    }


def address(issue):
    """Jira sends where its API has the issue; people read it somewhere else."""
    return f"{issue['self'].split('/rest/', 1)[0]}/browse/{issue['key']}"


def link(body):
    return f"[{body['issue']['key']}]({address(body['issue'])})"


def priority_color(fields):
    return PRIORITIES.get(name_of(fields["priority"]), GREY)


def name_of(thing):
    if thing is None:
        return "nobody"
    return thing.get("displayName") or thing["name"]


def cut(text, most=300):
    """The first paragraph, cut where it is long."""
    text = (text or "").strip().replace("\r\n", "\n").split("\n\n", 1)[0]
    return text if len(text) <= most else text[: most - 3].rstrip() + "..."
