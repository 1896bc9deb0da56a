"""Webhooks that go wrong in ways that neither a sender nor an author should be able to bring about."""

from dataclasses import replace
from typing import cast

import pytest
from structlog.testing import capture_logs

from engine.model.json import JsonObject
from engine.model.runs import IncomingRefused, IncomingResult, ScriptReport
from engine.scripts import HookServices, Script
from tests.api.hooks import Hook, returning
from tests.api.servers import Running

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def test_a_form_that_is_too_much_for_a_cell_is_413_and_its_run_ends(server: Running) -> None:
    hook = Hook(server, returning("'called'"))
    # each such character is six in JSON
    answer = hook.post(content=b"a=" + b"\x01" * 2_000_000, headers=FORM)
    assert (answer.status_code, answer.json()) == (413, {"success": False, "error": "error-body-too-large"})
    [run] = hook.runs()
    assert (run["state"], run["failure"]["kind"]) == ("failed", "bad-arguments")
    assert answer.headers["x-hookcell-run"] == run["run"]
    assert hook.post(content=b"a=1", headers=FORM).status_code == 200


class BrokenScripts:
    """Fails as no script can: by an exception, or with a result that cannot be stored."""

    def __init__(self, *, raises: bool) -> None:
        self.raises = raises

    async def process_incoming(
        self, script: Script, request: JsonObject, raw: bytes, *, parse: bool, services: HookServices
    ) -> tuple[IncomingResult, ScriptReport | None]:
        if self.raises:
            raise RuntimeError("words for the log")
        return IncomingRefused({"why": cast(str, object())}), None


@pytest.mark.parametrize("raises", [True, False])
def test_a_defect_of_ours_ends_the_run(server: Running, monkeypatch: pytest.MonkeyPatch, raises: bool) -> None:
    hook = Hook(server, returning("'called'"))
    broken = replace(server.engine.incoming, scripts=BrokenScripts(raises=raises))
    monkeypatch.setattr(server.engine, "incoming", broken)
    with capture_logs() as logs:
        assert hook.post(json={}, headers={"Idempotency-Key": "k"}).status_code == 500
    assert "unexpected error" in [line["event"] for line in logs]
    [run] = hook.runs()
    assert (run["state"], run["step"], run["finished"]) == ("failed", "unexpected-error", True)
    assert run["errorStack"].endswith("its log says how.") and "words" not in str(run)
    monkeypatch.undo()
    # its key is free again
    assert hook.post(json={}, headers={"Idempotency-Key": "k"}).status_code == 200
    assert hook.texts() == ["called"]
