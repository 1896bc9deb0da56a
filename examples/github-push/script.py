"""Posts what is pushed to a GitHub repository: commits, branches, tags, and who did it."""

from urllib.parse import quote

from hookcell import secrets

GREEN, BLUE, PURPLE, ORANGE, RED = "#2eb886", "#439fe0", "#764fa5", "#daa038", "#a30200"
NOTHING = "0" * 40  # GitHub's id of "no commit": before a ref is created, and after it is deleted
MOST_COMMITS = 10


def process_incoming(request):
    # The raw text: parsed and written again it would not be what GitHub has signed.
    signature = request["headers"].get("x-hub-signature-256")
    if not secrets.verify_hmac("github", request["content_raw"], signature):
        return {"error": "The signature does not match."}
    event = request["headers"].get("x-github-event")
    if event == "ping":
        return {"content": connected(request["content"])}
    if event == "push":
        return {"content": pushed(request["content"])}
    return None  # any other event: nothing is posted, and GitHub gets a 200


def connected(ping):
    """The message for the ping that GitHub sends once, when the webhook is set up."""
    if "repository" in ping:
        place = f"[{ping['repository']['full_name']}]({ping['repository']['html_url']})"
    else:
        place = f"the organization {ping['organization']['login']}"
    events = ", ".join(ping["hook"]["events"])
    return {
        "text": f"GitHub is connected: {place} will send {events}.",
        "attachments": [{"color": GREEN, "text": ping["zen"]}],
    }


def pushed(push):
    """The message for a push: one line for everybody, and an attachment for those who want to know more."""
    repository = push["repository"]
    kind, name = named(push["ref"])
    action, color = what_happened(push, kind)
    target = name if push["deleted"] else f"[{name}]({repository['html_url']}/tree/{quote(name)})"
    text = f"*{push['pusher']['name']}* {action} {target} in [{repository['full_name']}]({repository['html_url']})"
    # head_commit is None where a branch or tag was deleted
    return {"text": text, "attachments": [details(push, color)] if push["head_commit"] else None}


def named(ref):
    """("branch", "main") of "refs/heads/main", ("tag", "v1.0") of "refs/tags/v1.0"."""
    where, name = ref.removeprefix("refs/").split("/", 1)
    return {"heads": "branch", "tags": "tag"}.get(where, where), name


def what_happened(push, kind):
    """The verb of the message, and the colour of its attachment."""
    if push["deleted"]:
        return f"deleted {kind}", RED
    if push["created"]:
        return f"created {kind}", PURPLE if kind == "tag" else BLUE
    if push["forced"]:
        return f"force-pushed {kind}", ORANGE
    return f"pushed {count(push['commits'], 'commit')} to {kind}", GREEN


def details(push, color):
    """The attachment: the commits, which files they touched, and a link to compare before and after.

    Titles of commits stand here and not in the text, because a text that says @all calls everybody.
    """
    head = push["head_commit"]
    # A new branch or tag may bring no commit of its own; then the one it points at is shown.
    commits = push["commits"] or [head]
    lines = [one_line(commit) for commit in commits[:MOST_COMMITS]]
    if len(commits) > MOST_COMMITS:
        lines.append(f"and [{len(commits) - MOST_COMMITS} more]({push['compare']})")
    attachment = {
        "color": color,
        "title": count(push["commits"], "new commit") if push["commits"] else f"Points at {head['id'][:7]}",
        "title_link": push["compare"],
        "text": "\n".join(lines),
        "ts": head["timestamp"],
    }
    fields = [
        {"title": name.capitalize(), "value": count(files, "file"), "short": True}
        for name in ("added", "removed", "modified")
        if (files := touched(push["commits"], name))
    ]
    if push["forced"] and push["before"] != NOTHING:
        fields.append({"title": "Before", "value": push["before"][:7], "short": True})
    if fields:
        attachment["fields"] = fields
    return attachment


def one_line(commit):
    """A commit as "[sha](link) title - author"; the title is the first line of its message, cut where it is long."""
    title = commit["message"].split("\n", 1)[0]
    if len(title) > 72:
        title = title[:69].rstrip() + "..."
    return f"[{commit['id'][:7]}]({commit['url']}) {title} - {commit['author']['name']}"


def touched(commits, name):
    """The files that any of the commits added, removed or modified, each once."""
    return {file for commit in commits for file in commit[name]}


def count(things, name):
    """ "1 file", "2 files"."""
    return f"{len(things)} {name}" if len(things) == 1 else f"{len(things)} {name}s"
