"""Posts what happens in a GitHub repository: pushes, pull requests, issues, releases, and builds that break."""

from urllib.parse import quote

from hookcell import log, secrets, store

GREEN, BLUE, PURPLE, ORANGE, RED, GREY = "#2eb886", "#439fe0", "#764fa5", "#daa038", "#a30200", "#9ea2a8"
MOST_COMMITS = 5
BROKEN = {"failure": "failed", "timed_out": "timed out", "startup_failure": "did not start"}
A_MONTH = 30 * 24 * 60 * 60


def process_incoming(request):
    # The raw text: parsed and written again it would not be what GitHub has signed.
    signature = request["headers"].get("x-hub-signature-256")
    if not secrets.verify_hmac("github", request["content_raw"], signature):
        return {"error": "The signature does not match."}
    event = request["headers"].get("x-github-event", "")
    handler = HANDLERS.get(event)
    content = handler(request["content"]) if handler else None
    if content is None:
        log.info("nothing to post", github_event=event, action=request["content"].get("action"))
        return None
    return {"content": content}


def ping(body):
    events = ", ".join(body["hook"]["events"])
    return message(f"GitHub is connected, and will send {events}.", GREEN, text=body["zen"])


def push(body):
    """Commits to a branch. What follows another event anyway is left out: tags, deleted and unchanged branches."""
    if not body["ref"].startswith("refs/heads/") or not body["commits"]:
        return None
    branch, commits = body["ref"].removeprefix("refs/heads/"), body["commits"]
    lines = [f"[{commit['id'][:7]}]({commit['url']}) {title_of(commit['message'])}" for commit in commits]
    if len(lines) > MOST_COMMITS:
        lines[MOST_COMMITS:] = [f"and [{len(lines) - MOST_COMMITS} more]({body['compare']})"]
    verb = "force-pushed" if body["forced"] else "pushed"
    where = f"[{branch}]({body['repository']['html_url']}/tree/{quote(branch)})"
    return message(
        f"*{body['pusher']['name']}* {verb} {count(commits, 'commit')} to {where} {in_repository(body)}",
        ORANGE if body["forced"] else BLUE,
        text="\n".join(lines),
        ts=body["head_commit"]["timestamp"],
    )


def pull_request(body):
    """Ready for review, merged, closed. Drafts, labels, assignments and new commits are not news for everybody."""
    pull = body["pull_request"]
    merged = body["action"] == "closed" and pull["merged"]
    verb, color = {
        "opened": ("opened", GREEN),
        "reopened": ("reopened", GREEN),
        "ready_for_review": ("asks for a review of", GREEN),
        "closed": ("merged", PURPLE) if merged else ("closed unmerged", RED),
    }.get(body["action"], (None, None))
    if verb is None or (pull["draft"] and not merged):
        return None
    fields = {"Branch": f"{pull['head']['ref']} to {pull['base']['ref']}"}
    if body["action"] == "closed":
        fields["By"] = pull["user"]["login"]
    else:
        fields["Changes"] = f"+{pull['additions']} -{pull['deletions']} in {pull['changed_files']} files"
    return message(
        f"*{body['sender']['login']}* {verb} pull request [#{pull['number']}]({pull['html_url']}) {in_repository(body)}",
        color,
        title=pull["title"],
        title_link=pull["html_url"],
        text="" if body["action"] == "closed" else excerpt(pull["body"]),
        fields=fields,
    )


def issues(body):
    issue = body["issue"]
    verb, color = {
        "opened": ("opened", ORANGE),
        "reopened": ("reopened", ORANGE),
        "closed": ("closed", GREEN) if issue["state_reason"] == "completed" else ("closed as not planned", GREY),
    }.get(body["action"], (None, None))
    if verb is None:
        return None
    fields = {}
    if issue["labels"]:
        fields["Labels"] = ", ".join(label["name"] for label in issue["labels"])
    if issue["assignees"]:
        fields["Assigned to"] = ", ".join(user["login"] for user in issue["assignees"])
    return message(
        f"*{body['sender']['login']}* {verb} issue [#{issue['number']}]({issue['html_url']}) {in_repository(body)}",
        color,
        title=issue["title"],
        title_link=issue["html_url"],
        text="" if body["action"] == "closed" else excerpt(issue["body"]),
        fields=fields,
    )


def workflow_run(body):
    """A build of the default branch that breaks, and the first that is whole again. The others are their authors'."""
    run, repository = body["workflow_run"], body["repository"]
    if body["action"] != "completed" or run["head_branch"] != repository["default_branch"]:
        return None
    if run["event"].startswith("pull_request"):
        return None  # of a fork, whose branch may have the name of ours
    key = f"broken {repository['id']} {run['workflow_id']}"
    if run["conclusion"] in BROKEN:
        remember(key, run["html_url"])
        verb, color, emoji = BROKEN[run["conclusion"]], RED, ":x:"
    elif run["conclusion"] == "success" and store.pop(key) is not None:
        verb, color, emoji = "works again", GREEN, ":white_check_mark:"
    else:
        return None
    return message(
        f"{emoji} *{run['name']}* {in_repository(body)}: [{verb}]({run['html_url']})",
        color,
        title=run["display_title"],
        title_link=run["html_url"],
        fields={"Branch": run["head_branch"], "Commit": run["head_sha"][:7], "By": run["actor"]["login"]},
        ts=run["updated_at"],
    )


def remember(key, value):
    """Where the store has no room (256 keys), the build is told all the same, and not that it is well again."""
    try:
        store.set(key, value, ttl=A_MONTH)
    except store.Full as full:
        log.warning("not kept", why=str(full))


def release(body):
    if body["action"] != "published":
        return None
    published = body["release"]
    kind = "pre-release" if published["prerelease"] else "release"
    return message(
        f":rocket: New {kind} [{published['tag_name']}]({published['html_url']}) {in_repository(body)}",
        ORANGE if published["prerelease"] else PURPLE,
        title=published["name"] or published["tag_name"],
        title_link=published["html_url"],
        text=excerpt(published["body"]),
        fields={"Files": len(published["assets"])} if published["assets"] else {},
        ts=published["published_at"],
    )


HANDLERS = {
    "ping": ping,
    "push": push,
    "pull_request": pull_request,
    "issues": issues,
    "workflow_run": workflow_run,
    "release": release,
}


def message(headline, color, **attachment):
    """Titles that people write stand in the attachment: a text that says @all calls everybody."""
    fields = attachment.pop("fields", {})
    attachment["fields"] = [{"title": name, "value": str(value), "short": True} for name, value in fields.items()]
    shown = {key: part for key, part in attachment.items() if part}
    return {"text": headline, "attachments": [{"color": color} | shown]}


def in_repository(body):
    return f"in [{body['repository']['full_name']}]({body['repository']['html_url']})"


def title_of(commit_message):
    title = commit_message.split("\n", 1)[0]
    return title if len(title) <= 72 else title[:69].rstrip() + "..."


def excerpt(text, most=200):
    """The first paragraph, cut where it is long."""
    first = (text or "").strip().replace("\r\n", "\n").split("\n\n", 1)[0]
    return first if len(first) <= most else first[: most - 3].rstrip() + "..."


def count(things, name):
    """ "1 commit", "2 commits"."""
    return f"{len(things)} {name}" if len(things) == 1 else f"{len(things)} {name}s"
