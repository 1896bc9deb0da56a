"""Posts what happens in a GitLab project: pushes, tags, merge requests, issues, and pipelines that break."""

import hmac
import time
from urllib.parse import quote

from hookcell import log, secrets, store

GREEN, BLUE, PURPLE, ORANGE, RED, GREY = "#2eb886", "#439fe0", "#764fa5", "#daa038", "#a30200", "#9ea2a8"
FIVE_MINUTES = 5 * 60
MOST_COMMITS = 5
MOST_JOBS = 5
A_MONTH = 30 * 24 * 60 * 60


def process_incoming(request):
    headers = request["headers"]
    if not (signed(headers, request["content_raw"]) or token_is_right(headers.get("x-gitlab-token", ""))):
        return {"error": "No signature and no secret token matches, or the signature is older than five minutes."}
    body = request["content"]
    handler = HANDLERS.get(body["object_kind"])
    content = handler(body) if handler else None
    if content is None:
        log.info("nothing to post", kind=body["object_kind"], action=body.get("object_attributes", {}).get("action"))
        return None
    return {"content": content}


def signed(headers, body):
    """With a signing token GitLab signs its id of the event, the time and the body, as Standard Webhooks do."""
    sent_at = headers.get("webhook-timestamp", "")
    if not sent_at.isdecimal() or abs(time.time() - int(sent_at)) > FIVE_MINUTES:
        return False
    signature = headers.get("webhook-signature")
    return secrets.verify_hmac("gitlab", f"{headers.get('webhook-id')}.{sent_at}.{body}", signature)


def token_is_right(token):
    """A secret token GitLab sends itself. Only the right one makes a signature that our secret would make."""
    signature = hmac.new(token.encode(), b"the token", "sha256").hexdigest()
    return secrets.verify_hmac("gitlab", b"the token", signature)


def push(body):
    branch, commits = body["ref"].removeprefix("refs/heads/"), body["commits"]
    if not commits:
        return None  # a new branch without commits of its own, or a deleted one
    project = body["project"]
    # GitLab sends the newest 20 commits, and how many there were.
    total = body["total_commits_count"]
    lines = [f"[{commit['id'][:8]}]({commit['url']}) {cut(commit['title'], 72)}" for commit in commits[-MOST_COMMITS:]]
    if total > len(lines):
        compare = f"{project['web_url']}/-/compare/{body['before'][:12]}...{body['after'][:12]}"
        lines.insert(0, f"[{total - len(lines)} more]({compare}), then")
    where = f"[{branch}]({project['web_url']}/-/tree/{quote(branch)})"
    return message(
        f"*{body['user_username']}* pushed {total} commit{'s' * (total != 1)} to {where} {in_project(body)}",
        BLUE,
        text="\n".join(lines),
        ts=commits[-1]["timestamp"],
    )


def tag_push(body):
    tag = body["ref"].removeprefix("refs/tags/")
    if body["checkout_sha"] is None:
        return message(f"*{body['user_name']}* deleted the tag {tag} {in_project(body)}", RED, text=body["before"][:8])
    where = f"[{tag}]({body['project']['web_url']}/-/tags/{quote(tag, safe='')})"
    return message(
        f":label: New tag {where} {in_project(body)}", PURPLE, text=f"{body['after'][:8]} {body['user_name']}"
    )


def merge_request(body):
    """Opened, ready, approved, merged, closed. Drafts, labels, assignments and new commits are not news."""
    merge = body["object_attributes"]
    action = merge.get("action")
    if action == "update" and body["changes"].get("draft") == {"previous": True, "current": False}:
        action = "ready"
    verb, color = {
        "open": ("opened", GREEN),
        "reopen": ("reopened", GREEN),
        "ready": ("asks for a review of", GREEN),
        "approved": ("approved", BLUE),
        "merge": ("merged", PURPLE),
        "close": ("closed unmerged", RED),
    }.get(action, (None, None))
    if verb is None or (merge["draft"] and action != "close"):
        return None
    fields = {"Branch": f"{merge['source_branch']} to {merge['target_branch']}"}
    if body.get("reviewers"):
        fields["Reviewers"] = ", ".join(user["name"] for user in body["reviewers"])
    return message(
        f"*{body['user']['username']}* {verb} merge request [!{merge['iid']}]({merge['url']}) {in_project(body)}",
        color,
        title=merge["title"],
        title_link=merge["url"],
        text=excerpt(merge["description"]) if color == GREEN else "",
        fields=fields,
    )


def issue(body):
    one = body["object_attributes"]
    verb, color = {
        "open": ("opened", ORANGE),
        "reopen": ("reopened", ORANGE),
        "close": ("closed", GREEN),
    }.get(one.get("action"), (None, None))
    if verb is None:
        return None
    if one["confidential"]:
        # Whoever reads this room may not be allowed to read the issue.
        return message(
            f"*{body['user']['username']}* {verb} a confidential issue {in_project(body)}", GREY, text=one["url"]
        )
    fields = {}
    if body["labels"]:
        fields["Labels"] = ", ".join(label["title"] for label in body["labels"])
    if body.get("assignees"):
        fields["Assigned to"] = ", ".join(user["name"] for user in body["assignees"])
    return message(
        f"*{body['user']['username']}* {verb} issue [#{one['iid']}]({one['url']}) {in_project(body)}",
        color,
        title=one["title"],
        title_link=one["url"],
        text=excerpt(one["description"]) if color == ORANGE else "",
        fields=fields,
    )


def pipeline(body):
    """A pipeline of the default branch that fails, and the first that passes again; the others are their authors'."""
    run, project = body["object_attributes"], body["project"]
    if run["tag"] or run["ref"] != project["default_branch"]:
        return None
    if run["source"] == "merge_request_event":
        return None  # of a fork, whose branch may have the name of ours
    key = f"broken {project['id']}"
    if run["status"] == "failed":
        remember(key, run["url"])
        headline, color = f":x: Pipeline [#{run['id']}]({run['url']}) failed", RED
    elif run["status"] == "success" and store.pop(key) is not None:
        headline, color = f":white_check_mark: Pipeline [#{run['id']}]({run['url']}) passes again", GREEN
    else:
        return None
    failed = [job for job in body["builds"] if job["status"] == "failed" and not job["allow_failure"]]
    jobs = [
        f"{job['stage']}: [{job['name']}]({project['web_url']}/-/jobs/{job['id']}) {job['failure_reason'] or ''}".rstrip()
        for job in failed[:MOST_JOBS]
    ]
    commit = body["commit"]
    return message(
        f"{headline} {in_project(body)}",
        color,
        title=commit["title"],
        title_link=commit["url"],
        text="\n".join(jobs),
        fields={"Branch": run["ref"], "By": commit["author"]["name"], "Took": f"{run['duration']} s"},
    )


def remember(key, value):
    """Where the store has no room (256 keys), the pipeline is told all the same, and not that it passes again."""
    try:
        store.set(key, value, ttl=A_MONTH)
    except store.Full as full:
        log.warning("not kept", why=str(full))


HANDLERS = {
    "push": push,
    "tag_push": tag_push,
    "merge_request": merge_request,
    "issue": issue,
    "pipeline": pipeline,
}


def message(headline, color, **attachment):
    """Titles that people write stand in the attachment: a text that says @all calls everybody."""
    fields = attachment.pop("fields", {})
    attachment["fields"] = [{"title": name, "value": str(value), "short": True} for name, value in fields.items()]
    shown = {key: part for key, part in attachment.items() if part}
    return {"text": headline, "attachments": [{"color": color} | shown]}


def in_project(body):
    return f"in [{body['project']['path_with_namespace']}]({body['project']['web_url']})"


def excerpt(text):
    """The first paragraph, cut where it is long."""
    return cut((text or "").strip().split("\n\n", 1)[0], 200)


def cut(text, most):
    return text if len(text) <= most else text[: most - 3].rstrip() + "..."
