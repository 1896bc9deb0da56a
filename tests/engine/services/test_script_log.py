from structlog.testing import capture_logs

from engine.model.runs import ScriptReport
from engine.redaction import Scrubber
from engine.services import ScriptLog
from tests.engine.services.runs import integration

REPORT = ScriptReport(
    "process_incoming",
    {},
    ({"level": "print", "text": "seen"}, {"level": "error", "text": "with the-value-of-it"}),
)


def test_lines_of_scripts_are_in_the_servers_log_only_where_the_operator_asked() -> None:
    with capture_logs() as logged:
        for names in ((), ("other",), ("in",), ("*",)):
            ScriptLog(names).write(integration("id"), "run", REPORT, Scrubber.of(["the-value-of-it"]))
            ScriptLog(names).write(integration("id"), "run", None)
    said = {"integration": "in", "hook": "process_incoming", "run": "run"}
    assert (
        logged
        == [
            {"event": "seen", "log_level": "info", **said},
            {"event": "with ***", "log_level": "error", **said},
        ]
        * 2
    )
