"""How the demo tells what happened."""

from io import StringIO

from rich.console import Console

from api.telling import Teller
from engine.devtools.rendering import receipt_line
from engine.model.json import JsonObject


def test_a_receipt_reads_as_hookcell_run_shows_it() -> None:
    shown = StringIO()
    receipt: JsonObject = {
        "hook": "process_incoming",
        "wallUs": 900,
        "cpuUs": 600,
        "peakMemory": 128 * 1024,
        "outputBytes": 1005,
    }
    Teller(Console(file=shown, width=200)).receipts({"receipt": [receipt], "log": []})
    assert shown.getvalue().strip() == f"receipt of process_incoming: {receipt_line(receipt)}"
    assert "128 KB peak" in shown.getvalue()
