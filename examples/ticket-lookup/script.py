"""Answers a ticket's number that somebody writes, PROJ-123, with its title, its state and a link."""

import re

from hookcell import http, log, secrets

TRACKER = "https://tracker.example.com"
NUMBER = re.compile(r"\b[A-Z][A-Z0-9]{1,9}-[1-9][0-9]{0,6}\b")
MOST = 5
COLORS = {"open": "#439fe0", "in progress": "#daa038", "done": "#2eb886"}


def prepare_outgoing_request(request):
    event = request["data"]
    if event.get("bot"):
        return None  # what integrations write is not looked at
    numbers = list(dict.fromkeys(NUMBER.findall(event["text"])))[:MOST]
    tickets = [ticket for number in numbers if (ticket := looked_up(number))]
    if not tickets:
        return None
    message = {"attachments": [shown(ticket) for ticket in tickets]}
    if event.get("tmid"):
        message["tmid"] = event["tmid"]
    # With a message and no url, the message is posted and nothing is sent.
    return {"message": message}


def looked_up(number):
    """The ticket, or None where there is none or the tracker is away."""
    try:
        answer = http.get(
            f"{TRACKER}/api/tickets/{number}",
            params={"fields": "title,state,assignee"},
            headers={"Authorization": f"Bearer {secrets.ref('tracker')}"},
            timeout=5,
        )
    except http.Error as error:
        log.warning("the tracker did not answer", ticket=number, reason=error.reason)
        return None
    if not answer.ok:
        log.info("no such ticket", ticket=number, status=answer.status_code)
        return None
    return answer.json() | {"number": number}


def shown(ticket):
    assignee = ticket.get("assignee") or "nobody"
    return {
        "color": COLORS.get(ticket["state"], "#9ea2a8"),
        "title": f"{ticket['number']} {ticket['title']}",
        "title_link": f"{TRACKER}/tickets/{ticket['number']}",
        "text": f"{ticket['state'].capitalize()}, assigned to {assignee}",
    }
