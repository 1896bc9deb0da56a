"""One fact of the integrations' REST API, as one row: who calls what, and what is answered.

In a row's strings `$n` is a number of the row's own, `$id.nora` the id of somebody or of a room, and `$a.token` the
field of the integration that the row calls `a`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from tests.compat.integrations.stage import Stage

BOTH = ("default", "strict")
Names: TypeAlias = dict[str, Mapping[str, Any]]


class _Absent:
    def __repr__(self) -> str:
        return "ABSENT"


ABSENT = _Absent()


@dataclass(frozen=True)
class Matching:
    """A text that is like the pattern from its first to its last character."""

    pattern: str


DATE = Matching(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


@dataclass(frozen=True)
class Answer:
    """`body` is a part of the answer: of objects the keys that are named, of lists every item."""

    body: Mapping[str, Any]
    status: int = 200
    whole: bool = False


@dataclass(frozen=True)
class Fact:
    """`call` is "METHOD endpoint", `sent` its body or query; `given` are integrations that were created before, each
    by admin or, as (who, body), by somebody else. `strict` is the answer where HOOKCELL_STRICT_COMPAT changes it."""

    says: str
    call: str
    sent: Any
    answer: Answer
    strict: Answer | None = None
    who: str = "admin"
    given: Mapping[str, Any] = field(default_factory=dict)
    modes: Sequence[str] = BOTH


def check(stage: Stage, fact: Fact) -> None:
    method, endpoint = fact.call.split(" ")
    names = _given(stage, fact.given, shared=method == "GET")
    sent = _filled(fact.sent, names)
    parts: dict[str, Any] = {"params": sent} if method == "GET" else {"json": sent}
    if isinstance(sent, str):
        parts = {"content": sent, "headers": {"Content-Type": "application/json"}}
    answer = stage.people[fact.who].request(method, f"/api/v1/{endpoint}", **parts)
    expected = fact.strict if fact.strict is not None and stage.mode == "strict" else fact.answer
    body = _filled(expected.body, names)
    assert answer.status_code == expected.status, answer.text
    assert answer.headers["content-type"].startswith("application/json")
    if expected.whole:
        found = answer.json()
        if found.get("errorType") in ("invalid-params", "error-invalid-params"):
            # ours: the original's words name no place
            found.pop("details", None)
        assert found == body, f"{found!r} is not {body!r}"
    else:
        _compare({"success": True, **body}, answer.json(), "answer")


def refused(reason: str, code: str, /, **details: str) -> Answer:
    """Rocket.Chat's coded error."""
    body: dict[str, Any] = {"success": False, "error": f"{reason} [{code}]".strip(), "errorType": code}
    return Answer(body | ({"details": details} if details else {}), 400, whole=True)


def plain(error: str) -> Answer:
    return Answer({"success": False, "error": error}, 400, whole=True)


def invalid(*messages: str) -> Answer:
    """A schema that a body does not fit."""
    return Answer({"success": False, "error": "\n ".join(messages), "errorType": "invalid-params"}, 400, whole=True)


def invalid_query(*messages: str) -> Answer:
    body = {"success": False, "error": "\n ".join(messages), "errorType": "error-invalid-params"}
    return Answer(body, 400, whole=True)


FORBIDDEN = Answer(
    {"success": False, "error": "User does not have the permissions required for this action [error-unauthorized]"},
    403,
    whole=True,
)
_LOGIN = "You must be logged in to do this."
NOT_LOGGED_IN = Answer({"success": False, "status": "error", "message": _LOGIN, "error": _LOGIN}, 401, whole=True)


def _given(stage: Stage, given: Mapping[str, Any], *, shared: bool) -> Names:
    """What the row's names stand for. Rows that only read the same integrations share them."""
    if shared and id(given) in stage.given:
        return stage.given[id(given)]
    names: Names = {"id": stage.ids, "n": {"": str(len(stage.given))}}
    for name, asked in given.items():
        who, body = asked if isinstance(asked, tuple) else ("admin", asked)
        created = stage.people[who].post("/api/v1/integrations.create", json=_filled(body, names))
        assert created.status_code == 200, created.text
        names[name] = created.json()["integration"]
    stage.given[id(given) if shared else -len(stage.given)] = names
    return names


def _filled(value: Any, names: Names) -> Any:
    match value:
        case str():
            text = value.replace("$n", names["n"][""])
            if (whole := re.fullmatch(r"\$(\w+)\.([\w.]+)", text)) and whole[1] in names:
                return names[whole[1]][whole[2]]
            return re.sub(r"\$(\w+)\.(\w+)", lambda found: str(names[found[1]][found[2]]), text)
        case dict():
            return {key: _filled(item, names) for key, item in value.items()}
        case list():
            return [_filled(item, names) for item in value]
        case _:
            return value


def _compare(expected: Any, found: Any, place: str) -> None:
    match expected:
        case dict():
            assert isinstance(found, dict), place
            for key, value in expected.items():
                if value is ABSENT:
                    assert key not in found, f"{place}.{key} is {found[key]!r}"
                else:
                    assert key in found, f"{place} has no {key}: {found!r}"
                    _compare(value, found[key], f"{place}.{key}")
        case list():
            assert isinstance(found, list) and len(found) == len(expected), f"{place} is {found!r}"
            for number, value in enumerate(expected):
                _compare(value, found[number], f"{place}[{number}]")
        case Matching(pattern=pattern):
            assert isinstance(found, str) and re.fullmatch(pattern, found), f"{place} is {found!r}"
        case _:
            assert type(found) is type(expected) and found == expected, f"{place} is {found!r}, not {expected!r}"
