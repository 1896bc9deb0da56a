"""Lines that scripts log, in the server's own log: only of integrations that the operator has named."""

from collections.abc import Collection

import structlog

from engine.model.integrations import Integration
from engine.model.runs import ScriptReport
from engine.redaction import NO_SECRETS, Redactor, Scrubber

EVERY = "*"

_log = structlog.stdlib.get_logger("hookcell.scripts")
_LEVELS = {"debug": "debug", "warning": "warning", "error": "error"}


class ScriptLog:
    """`names` are names of integrations, or `*` for all."""

    def __init__(self, names: Collection[str] = ()) -> None:
        self._names = frozenset(names)

    def write(
        self, integration: Integration, run: str, report: ScriptReport | None, scrubber: Scrubber = NO_SECRETS
    ) -> None:
        if report is None or not (integration.name in self._names or EVERY in self._names):
            return
        redactor = Redactor.of((integration.token,), scrubber)
        for line in report.log:
            level = _LEVELS.get(str(line["level"]), "info")
            text = redactor.text(str(line["text"]))
            getattr(_log, level)(text, integration=integration.name, hook=report.hook, run=run)
