"""Posts incidents as they open and close, with who is on call for the service, and answers what is not signed with 400."""

from hookcell import http, log, secrets

ROTA = "https://rota.example.com/services"
COLORS = {"critical": "#a30200", "warning": "#daa038"}


def process_incoming(request):
    if not secrets.verify_hmac("incidents", request["content_raw"], request["headers"].get("x-signature", "")):
        return {"error": "The signature does not match."}
    incident = request["content"]
    if incident["state"] == "acknowledged":
        return None  # whoever acknowledged it knows
    closed = incident["state"] == "closed"
    title = f"{'Closed' if closed else 'Open'}: {incident['title']}"
    fields = [{"title": "Service", "value": incident["service"], "short": True}]
    if not closed:
        fields.append({"title": "On call", "value": on_call(incident["service"]), "short": True})
    return {
        "content": {
            "attachments": [
                {
                    "color": "#2eb886" if closed else COLORS.get(incident["severity"], "#9ea2a8"),
                    "title": title,
                    "title_link": incident["url"],
                    "fields": fields,
                }
            ]
        }
    }


def on_call(service):
    """Who is, or that nobody knows: an incident is posted even when the rota is away."""
    try:
        answer = http.get(f"{ROTA}/{service}", timeout=3)
    except http.Error as error:
        log.warning("the rota did not answer", reason=error.reason)
        return "unknown"
    return "@" + answer.json()["person"] if answer.ok else "nobody"
