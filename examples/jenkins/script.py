"""Posts builds of Jenkins (Notification plugin): those that fail, and the first that is well again."""

from hookcell import log, store

GREEN, ORANGE, RED, GREY = "#2eb886", "#daa038", "#a30200", "#9ea2a8"
RESULTS = {
    "FAILURE": (":x:", "failed", RED),
    "UNSTABLE": (":warning:", "is unstable", ORANGE),
    "ABORTED": (":black_square_for_stop:", "was aborted", GREY),
}
MOST_TESTS = 5
LAST_LINES = 12
A_YEAR = 365 * 24 * 60 * 60


def process_incoming(request):
    job = request["content"]
    build = job["build"]
    content = None
    # A build is QUEUED, STARTED, COMPLETED and FINALIZED; its artifacts and its result are known in the last.
    if build["phase"] == "FINALIZED":
        content = finished(job, build)
    if content is None:
        log.info("nothing to post", job=job["name"], phase=build["phase"], status=build.get("status"))
        return None
    return {"content": content}


def finished(job, build):
    status = build["status"]
    key = f"broken {build['url'].rsplit('/', 2)[0]}"[:100].encode("ascii", "replace").decode()
    if status in ("FAILURE", "UNSTABLE"):
        remember(key, build["number"])
    elif status == "SUCCESS":
        first = store.pop(key)
        if first is None:
            return None  # it was well before
        return message(job, build, ":white_check_mark:", "is well again", GREEN, {"Broken since": f"#{first}"})
    if status not in RESULTS:
        return None  # NOT_BUILT
    return message(job, build, *RESULTS[status], {})


def remember(key, number):
    """The first build that is broken. Where the store has no room (256 keys), nobody is told that it is well again."""
    try:
        if store.swap(key, None, number):
            store.set(key, number, ttl=A_YEAR)
    except store.Full as full:
        log.warning("not kept", why=str(full))


def message(job, build, emoji, verb, color, fields):
    scm, tests = build["scm"], build.get("test_summary")
    if "branch" in scm:
        fields["Branch"] = scm["branch"].removeprefix("origin/")
    if "commit" in scm:
        fields["Commit"] = scm["commit"][:7]
    if scm["culprits"]:
        fields["Changed by"] = ", ".join(scm["culprits"])
    fields["Took"] = in_words(build["duration"])
    if tests:
        fields["Tests"] = (
            f"{tests['failed']} of {tests['total']} failed" if tests["failed"] else f"{tests['total']} passed"
        )
    attachment = {
        "color": color,
        "text": "" if color == GREEN else what_went_wrong(build),
        "fields": [{"title": name, "value": value, "short": True} for name, value in fields.items()],
    }
    return {
        "text": f"{emoji} *{job['display_name']}* [#{build['number']}]({build['full_url']}) {verb}"
        f" ([log]({build['full_url']}console))",
        "attachments": [{name: value for name, value in attachment.items() if value}],
    }


def what_went_wrong(build):
    """The tests that failed, or else the end of the log."""
    failed = (build.get("test_summary") or {}).get("failed_tests", [])
    if failed:
        lines = [f"- {name}" for name in failed[:MOST_TESTS]]
        if len(failed) > MOST_TESTS:
            lines.append(f"and {len(failed) - MOST_TESTS} more")
        return "\n".join(lines)
    lines = [line for line in build["log"].splitlines() if line and not line.startswith("[Pipeline]")]
    return "\n".join(["```", *lines[-LAST_LINES:], "```"]) if lines else ""


def in_words(milliseconds):
    """ "1h 5m", "2m 13s", "45s": the two largest units."""
    seconds = milliseconds // 1000
    parts = []
    for unit, size in (("h", 3600), ("m", 60), ("s", 1)):
        number, seconds = divmod(seconds, size)
        if number:
            parts.append(f"{number}{unit}")
    return " ".join(parts[:2]) or "0s"
