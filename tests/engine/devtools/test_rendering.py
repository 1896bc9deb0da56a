import pytest

from engine.devtools import Fixture, FixtureResponse
from engine.devtools.printing import clean, one_line
from engine.devtools.rendering import headroom, limits_table, receipt_line
from engine.model.json import JsonObject
from engine.model.runs import ScriptReport
from tests.engine.devtools.local import Local, printer

RECEIPT: JsonObject = {"wallUs": 12_300, "cpuUs": 9_000, "peakMemory": 18 * 2**20, "outputBytes": 1_229}
OUTGOING: JsonObject = {"type": "webhook-outgoing", "urls": ["https://ci.example.org/"], "channel": "#ci"}


def told(local: Local, source: str, record: JsonObject | None = None, response: FixtureResponse | None = None) -> str:
    """What is printed of a run, the receipts left out."""
    subject = local.open(source, record)
    print_to, printed = printer()
    fixture = Fixture("p", b'{"a": 1, "channel_name": "ci"}', response=response)
    print_to.ran(subject, local.ran(source, fixture, record))
    return "".join(line for line in printed.getvalue().splitlines(keepends=True) if " wall · " not in line)


def test_a_receipt_is_one_line() -> None:
    assert receipt_line(RECEIPT) == "12 ms wall · 9 ms cpu · 18 MB peak · 1.2 KB out"
    assert receipt_line({**RECEIPT, "cpuUs": 410, "outputBytes": 310, "peakMemory": None}) == (
        "12 ms wall · 0.4 ms cpu · 310 B out"
    )


def test_a_message_is_told_as_it_would_look(local: Local) -> None:
    source = """\
def process_incoming(request):
    print("one\\ntwo")
    return {"content": {"text": "hello\\nthere", "alias": "CI", "attachments": [
        {"color": "#ff0000", "title": "Build", "title_link": "https://ci.example.org/1", "text": "a\\nb",
         "fields": [{"title": "Took", "value": 3}], "footer": "by CI"}]}}
"""
    assert (
        told(local, source)
        == """\
process_incoming of mine.py
Message to #general as CI:
  hello
  there
  ┃ Build
  ┃ https://ci.example.org/1
  ┃ a
  ┃ b
  ┃ Took: 3
  ┃ by CI
The sender gets 200 {"success": true}
log | one
log | two
"""
    )


def test_an_outgoing_run_is_told_in_the_order_it_happens(local: Local) -> None:
    source = """\
def prepare_outgoing_request(request):
    return {"url": request["url"], "method": "PUT", "message": "asking", "data": {"b": [1]}}
def process_outgoing_response(request, response):
    return "it said " + response["content"]
"""
    response = FixtureResponse(200, {"content-type": "text/plain"}, b"yes")
    assert (
        told(local, source, OUTGOING, response)
        == """\
prepare_outgoing_request, then process_outgoing_response of mine.py
Message to #ci:
  asking
Request that is sent: PUT https://ci.example.org/
  Content-Type: application/json
  Idempotency-Key: delivery
  X-Hookcell-Depth: 1
  {
    "b": [
      1
    ]
  }
Message to #ci:
  it said yes
"""
    )


def test_nothing_is_told_as_nothing(local: Local) -> None:
    assert told(local, "def process_incoming(request): pass\n") == (
        'process_incoming of mine.py\nThe sender gets 200 {"success": true}\nNothing is posted.\n'
    )
    assert told(local, "def prepare_outgoing_request(request): pass\n") == (
        "prepare_outgoing_request of mine.py\nNothing is sent.\n"
    )


def test_a_script_that_says_no_is_told_as_such(local: Local) -> None:
    assert "The script says no, and nothing is posted. The sender gets 400" in told(
        local, "def process_incoming(request):\n    return {'error': 'unsigned'}\n"
    )


def test_a_failure_comes_last_with_the_authors_line(local: Local) -> None:
    assert told(local, "def process_incoming(request):\n    print('x')\n    return request['b']\n").endswith(
        "log | x\n"
        "Traceback (most recent call last):\n"
        '  File "mine.py", line 3, in process_incoming\n'
        "    return request['b']\n"
        "KeyError: 'b'\n"
    )


def test_nothing_that_is_said_acts_on_the_terminal(local: Local) -> None:
    source = r"""
def process_incoming(request):
    print("\x1b[2Jlog [bold]x[/bold]")
    return {"content": {"text": "\x1b]0;title\x07", "attachments": [{"title": "\x9b1m"}]}, "response": {"a": "\x7f"}}
"""
    text = told(local, source)
    assert [char for char in text if char != "\n" and not char.isprintable()] == []
    assert "\\x1b]0;title\\x07" in text
    assert "[bold]x[/bold]" in text


def test_long_lines_stay_whole(local: Local) -> None:
    assert "word " * 100 in told(local, "def process_incoming(request):\n    return '!' + 'word ' * 100 + '!'\n")


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("cpu_seconds", 1.0, "cpu  1 s"),
        ("wall_seconds_extended", 10.0, "wall extended  10 s"),
        ("result_bytes", 2**20, "result bytes  1 MB"),
        ("log_bytes", 65_536, "log bytes  64 KB"),
        ("result_nodes", 20_000, "result nodes  20,000"),
        ("cells_memory_share", 0.25, "cells memory share  25%"),
    ],
)
def test_limits_are_in_peoples_units(name: str, value: float, line: str) -> None:
    assert limits_table({name: value}) == [line]


def test_what_is_left_of_each_limit_is_told() -> None:
    log: JsonObject = {"level": "print", "text": "x" * 1023}
    limits = {"cpu_seconds": 1.0, "wall_seconds": 3.0, "memory": 128 * 2**20, "result_bytes": 2**20, "log_bytes": 2**16}
    assert headroom(ScriptReport("process_incoming", RECEIPT, (log,)), limits) == [
        "cpu     9 ms of 1 s      1 %",
        "wall    12 ms of 3 s     1 %",
        "memory  18 MB of 128 MB  15 %",
        "output  1.2 KB of 1 MB   1 %",
        "log     1 KB of 64 KB    2 %",
    ]
    unknown = ScriptReport("process_incoming", {**RECEIPT, "peakMemory": None}, ())
    assert headroom(unknown, limits)[2] == "memory  not measured here"


def test_nothing_of_a_message_forges_a_line_or_turns_the_text(local: Local) -> None:
    source = """\
def process_incoming(request):
    return {"content": {"text": "a\u202eb", "alias": "CI:\\nThe sender gets 200", "a\\nforged": 1}}
"""
    lines = told(local, source).splitlines()
    assert "Message to #general as CI:\\nThe sender gets 200:" in lines
    assert "  a\\u202eb" in lines
    assert "Note: left out, since messages have no such fields: a\\nforged." in lines


@pytest.mark.parametrize(
    "character", ["\u061c", "\u200e", "\u202a", "\u202e", "\u2066", "\u2069", "\u2028", "\x9b", "\r"]
)
def test_what_turns_or_breaks_text_is_shown_and_not_sent(character: str) -> None:
    shown = clean(f"a\tb\n{character}")
    assert shown.startswith("a\tb\n\\")
    assert character not in shown
    assert one_line("a\nb") == "a\\nb"
