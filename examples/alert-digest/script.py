"""Keeps which alerts are firing, and posts only when that changes: one message for what is new, over and still on."""

from hookcell import log, store

HALF_A_DAY = 12 * 60 * 60
PREFIX = "alert "
MOST_SHOWN = 20


def process_incoming(request):
    new, over = [], []
    # Every call takes its keys in the same order, so that no two wait for each other.
    for alert in sorted(request["content"]["alerts"], key=key_of):
        key, name = key_of(alert), f"{alert['name']} on {alert['host']}"
        if alert["state"] == "firing":
            if is_new(key, name):
                new.append(name)
        elif store.pop(key) is not None:
            over.append(name)
    if not new and not over:
        log.info("nothing has changed", alerts=len(request["content"]["alerts"]))
        return None
    firing = [name for key in store.keys(PREFIX) if (name := store.get(key))]
    return {"content": digest(new, over, firing)}


def is_new(key, name):
    """Of many calls at once, one gets True. Where the store has no room (256 keys), an alert is new each time."""
    try:
        if not store.swap(key, None, name):
            return False
        store.set(key, name, ttl=HALF_A_DAY)
    except store.Full as full:
        log.warning("not kept", alert=name, why=str(full))
    return True


def key_of(alert):
    """At most 128 bytes, as keys of the store have to be."""
    return (PREFIX + f"{alert['name']} {alert['host']}")[:100].encode("ascii", "replace").decode()


def digest(new, over, firing):
    text = f"{len(firing)} alert{'s' * (len(firing) != 1)} firing" if firing else "All quiet"
    still = [name for name in firing if name not in new]
    parts = [("New", new, "#a30200"), ("Over", over, "#2eb886"), ("Still firing", still, "#daa038")]
    attachments = [{"color": color, "title": title, "text": listed(names)} for title, names, color in parts if names]
    return {"text": text, "attachments": attachments}


def listed(names):
    lines = names[:MOST_SHOWN]
    if len(names) > MOST_SHOWN:
        lines.append(f"and {len(names) - MOST_SHOWN} more")
    return "\n".join(lines)
