"""What tests of scripts are given: `hook`, `payload` and `recorded_http`, of the integration that the test is of.

    def test_a_failed_deployment_is_red(hook, payload):
        assert hook(payload).message["attachments"][0]["color"] == "#a30200"

A test that takes `payload` runs once for each file of payloads/. `hook` takes such a payload, or any value as a body,
and gives a Result. Each test has a store of its own, which lasts for its calls; the clock stands still.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import orjson
import pytest

from engine.devtools.files import FixtureError
from engine.devtools.fixtures import Fixture, FixtureResponse, read_folder, response_of
from engine.devtools.local_secrets import read_secrets
from engine.devtools.local_services import LocalHost
from engine.devtools.pytest_plugin import MARK, folder_above
from engine.devtools.pytest_sandbox import Opened, sandbox_of
from engine.devtools.ran import Ran
from engine.devtools.recordings import Exchange, exchange_from
from engine.devtools.sandboxed import NotRunnable
from engine.devtools.suite import differences
from engine.errors import HookcellError
from engine.model.json import JsonObject, JsonValue


@dataclass(frozen=True, slots=True)
class Payload:
    """One file of payloads/. `content` is what it holds as JSON, and may be given to `hook` changed."""

    fixture: Fixture

    @property
    def name(self) -> str:
        return self.fixture.name

    @property
    def content(self) -> Any:
        return orjson.loads(self.fixture.payload)

    @property
    def expected(self) -> JsonObject | None:
        return self.fixture.expected


@dataclass(frozen=True, slots=True)
class Result:
    """What the server would make of a call.

    `messages` are as they would be posted, each with its `channel`; `request` is what would be sent, None for nothing;
    `answer` {status, body} is what the sender of a webhook gets; `error` is {kind, line, message} of a script that
    failed; `log` has the lines it wrote. `differences` are those from expected/, in words.
    """

    messages: list[Any]
    request: Any
    answer: Any
    error: Any
    refused: bool
    log: list[str]
    notes: list[str]
    differences: list[str]

    @property
    def message(self) -> Any:
        """The only one; another number of them is a failed test."""
        assert len(self.messages) == 1, f"{len(self.messages)} messages, not one: {self.error or self.messages}"
        return self.messages[0]


@dataclass
class RecordedHttp:
    """What the script's http calls are answered: what `answer` says here, then the payload's recording.

    `calls` are {method, url, body} of those that were made, in order.
    """

    exchanges: list[Exchange] = field(default_factory=list)
    calls: list[dict[str, Any]] = field(default_factory=list)

    def answer(
        self,
        method: str,
        url: str,
        body: JsonValue = "",
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        error: str | None = None,
    ) -> None:
        """The next call of this method and url is answered so; `error` is the reason why no answer comes."""
        said: JsonObject = {"request": {"method": method, "url": url}}
        if error is not None:
            said["error"] = {"kind": error, "message": f"as the test says: {error}"}
        else:
            said["response"] = {"status": status, "headers": dict(headers or {}), "body": body}
        self.exchanges.append(exchange_from(said))


class Hook:
    """Calls the hooks that the event calls, in a cell."""

    def __init__(self, opened: Opened, http: RecordedHttp) -> None:
        self._opened = opened
        self._http = http
        self._host = LocalHost(read_secrets(opened.example.folder))

    def __call__(
        self,
        body: "Payload | JsonValue | bytes",
        *,
        headers: Mapping[str, str] | None = None,
        response: JsonObject | None = None,
        secrets: Mapping[str, str] | None = None,
        now: datetime | None = None,
    ) -> Result:
        """`response` is what the receiver answers, as .response.json says it. What is not said is the payload's."""
        fixture = _with(_fixture(body), headers, _response(response), secrets, now)
        fixture = replace(fixture, exchanges=(*self._http.exchanges, *fixture.exchanges))
        before = len(self._host.called)
        ran = self._opened.run(fixture, self._host)
        self._http.calls += [
            {"method": call.method, "url": call.url, "body": call.body} for call in self._host.called[before:]
        ]
        return self._result(ran, fixture)

    def _result(self, ran: Ran, fixture: Fixture) -> Result:
        outcome = ran.outcome(outgoing=self._opened.example.outgoing)
        subject = self._opened.subject
        return Result(
            messages=list(ran.messages),
            request=ran.request,
            answer=ran.answer,
            error=outcome.get("error"),
            refused=ran.refused,
            log=[str(line["text"]) for report in ran.reports for line in report.log],
            notes=list(ran.notes),
            differences=[] if fixture.expected is None else differences(subject, fixture, ran, outcome),
        )


@pytest.fixture
def hook(request: pytest.FixtureRequest, recorded_http: RecordedHttp) -> Hook:
    """Calls the script as the server would: `hook(payload)`, `hook({"any": "body"}, headers={...})`."""
    folder = _folder_of(cast(pytest.Item, request.node))
    if folder is None:
        pytest.fail(_NOWHERE, pytrace=False)
    try:
        return Hook(sandbox_of(request.config).open(folder), recorded_http)
    except (FixtureError, NotRunnable, HookcellError) as error:
        # its message is for the author, our own lines are not
        pytest.fail(str(error), pytrace=False)


@pytest.fixture
def payload(request: pytest.FixtureRequest) -> Payload:
    """Each file of the integration's payloads/, one test after the other."""
    if not hasattr(request, "param"):
        pytest.fail(_NOWHERE, pytrace=False)
    return cast(Payload, request.param)


@pytest.fixture
def recorded_http() -> RecordedHttp:
    """What the script asks of http, and what it is answered."""
    return RecordedHttp()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "payload" not in metafunc.fixturenames or not _is_ours(metafunc):
        return
    item = metafunc.definition
    folder = _folder_of(item)
    if folder is None:
        return
    try:
        example, broken = read_folder(folder)
    except FixtureError as error:
        raise pytest.Collector.CollectError(str(error)) from None
    fixtures = {fixture.name: fixture for fixture in example.fixtures}
    mark = item.get_closest_marker(MARK)
    wanted = (mark.kwargs.get("payloads") if mark else None) or [*fixtures, *broken]
    if unreadable := [name for name in wanted if name in broken]:
        raise pytest.Collector.CollectError(str(broken[unreadable[0]]))
    if missing := [name for name in wanted if name not in fixtures]:
        raise pytest.Collector.CollectError(
            f"{folder}: there is no payload {missing[0]}; there are {', '.join(fixtures)}"
        )
    metafunc.parametrize("payload", [Payload(fixtures[name]) for name in wanted], indirect=True, ids=wanted)


_NOWHERE = (
    f'name the integration of this test: @pytest.mark.{MARK}("path/to/its/folder"), or put the test into that folder'
)


def _folder_of(item: pytest.Item) -> Path | None:
    """The integration's: as the mark says, from the file of the test or from rootdir, else the one the test is in."""
    mark = item.get_closest_marker(MARK)
    if mark is None or not mark.args:
        return folder_above(item.path)
    named = [base / str(mark.args[0]) for base in (item.path.parent, item.config.rootpath)]
    return next((folder.resolve() for folder in named if folder.is_dir()), named[-1])


def _is_ours(metafunc: pytest.Metafunc) -> bool:
    """Whether nobody nearer to the test has a fixture `payload`."""
    manager: Any = metafunc.config.pluginmanager.get_plugin("funcmanage")
    found = manager.getfixturedefs("payload", metafunc.definition)
    return bool(found) and found[-1].func.__module__ == __name__


def _fixture(body: "Payload | JsonValue | bytes") -> Fixture:
    if isinstance(body, Payload):
        return body.fixture
    if isinstance(body, bytes):
        return Fixture("body", body)
    return Fixture("body", body.encode() if isinstance(body, str) else orjson.dumps(body))


def _response(said: JsonObject | None) -> FixtureResponse | None:
    return None if said is None else response_of(said)


def _with(
    fixture: Fixture,
    headers: Mapping[str, str] | None,
    response: FixtureResponse | None,
    secrets: Mapping[str, str] | None,
    now: datetime | None,
) -> Fixture:
    meta = fixture.meta
    lower = {name.lower(): value for name, value in (headers or {}).items()}
    meta = replace(
        meta,
        headers={**meta.headers, **lower},
        secrets={**meta.secrets, **(secrets or {})},
        now=now.astimezone() if now is not None else meta.now,
    )
    return replace(fixture, meta=meta, response=response or fixture.response)
