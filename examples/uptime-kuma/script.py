"""Posts what Uptime Kuma sees: a monitor that is down, up again, or about to lose its certificate."""

import hmac
from datetime import datetime

from hookcell import log, secrets, store

DOWN, UP, PENDING, MAINTENANCE = range(4)
GREEN, ORANGE, RED, GREY = "#2eb886", "#daa038", "#a30200", "#9ea2a8"
A_YEAR = 365 * 24 * 60 * 60


def process_incoming(request):
    if not token_is_right(request["headers"].get("authorization", "")):
        return {"error": "The header Authorization does not match."}
    body = request["content"]
    beat, monitor = body["heartbeat"], body["monitor"]
    if beat is None or monitor is None:
        # The button "Test" and certificates: there is only a text.
        expires = "certificate" in body["msg"].lower()
        return {"content": plain(body["msg"], ORANGE if expires else GREY)}
    key = f"down {monitor['id']}"
    if beat["status"] == DOWN:
        return {"content": down(beat, monitor, is_first(key, beat["time"]))}
    if beat["status"] == UP:
        return {"content": up(beat, monitor, store.pop(key))}
    log.info("nothing to post", monitor=monitor["name"], status=beat["status"])
    return None


def is_first(key, time):
    """Kuma repeats what is down, where it is told to. Where the store has no room (256 keys), each time is the first."""
    try:
        if not store.swap(key, None, time):
            return False
        store.set(key, time, ttl=A_YEAR)
    except store.Full as full:
        log.warning("not kept", why=str(full))
    return True


def token_is_right(header):
    """Only the right token makes a signature that our secret would make."""
    token = header.removeprefix("Bearer ")
    signature = hmac.new(token.encode(), b"the token", "sha256").hexdigest()
    return secrets.verify_hmac("uptime-kuma", b"the token", signature)


def plain(text, color):
    return {"text": "Uptime Kuma says:", "attachments": [{"color": color, "text": text}]}


def down(beat, monitor, first):
    headline = f":red_circle: *{monitor['name']}* is {'down' if first else 'still down'}"
    fields = {"Since": f"{beat['localDateTime']} {beat['timezone']}"} if first else {}
    return message(headline, RED, beat["msg"], monitor, fields)


def up(beat, monitor, since):
    fields = {}
    if since:
        lasted = datetime.fromisoformat(beat["time"]) - datetime.fromisoformat(since)
        fields["Was down for"] = in_words(lasted)
    if beat.get("ping") is not None:
        fields["Ping"] = f"{beat['ping']} ms"
    return message(f":large_green_circle: *{monitor['name']}* is up", GREEN, beat["msg"], monitor, fields)


def message(headline, color, text, monitor, fields):
    if monitor["tags"]:
        names = [f"{tag['name']}: {tag['value']}" if tag["value"] else tag["name"] for tag in monitor["tags"]]
        fields["Tags"] = ", ".join(names)
    attachment = {
        "color": color,
        "title": address(monitor),
        "title_link": monitor["url"] if address(monitor) == monitor["url"] else None,
        "text": text,
        "fields": [{"title": name, "value": value, "short": True} for name, value in fields.items()],
    }
    return {"text": headline, "attachments": [{name: value for name, value in attachment.items() if value}]}


def address(monitor):
    """What is watched; of monitors without an address (push, Docker, groups), which kind it is."""
    if monitor["type"] in ("http", "keyword", "json-query") and monitor["url"]:
        return monitor["url"]
    if monitor["hostname"]:
        return f"{monitor['hostname']}:{monitor['port']}" if monitor["port"] else monitor["hostname"]
    return monitor["type"]


def in_words(duration):
    """ "2d 4h", "1h 5m", "45s": the two largest units."""
    seconds = int(duration.total_seconds())
    parts = []
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        number, seconds = divmod(seconds, size)
        if number:
            parts.append(f"{number}{unit}")
    return " ".join(parts[:2]) or "0s"
