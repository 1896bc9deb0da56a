"""Every way a call can end, through real cells; after each, the next call of that script and of another works."""

import pytest

from sandbox import Body, Completed, Crashed, JsonValue, OutOfMemory, OutputTooLarge, Raised, TimedOut
from tests.sandbox.cells import SHORT, Cells

HELLO = "def process_incoming(request):\n    return 'hello ' + request.get('name', 'you')\n"


def hook(*lines: str) -> str:
    return "def process_incoming(request):\n" + "".join(f"    {line}\n" for line in lines)


def assert_others_work(cells: Cells) -> None:
    outcome = cells.call(HELLO, {"name": "Ann"}, owner="another")
    assert isinstance(outcome, Completed) and outcome.value == "hello Ann"


def test_a_result_comes_with_its_receipt_and_log(cells: Cells) -> None:
    outcome = cells.call(
        hook("print('got', request['n'])", "print('a\\nb', end='')", "return {'n': request['n'] + 1}"), {"n": 1}
    )
    assert isinstance(outcome, Completed)
    assert outcome.value == {"n": 2}
    assert [(line.level, line.text) for line in outcome.log] == [("print", "got 1"), ("print", "a"), ("print", "b")]
    assert outcome.receipt.output_bytes == len('{"n":2}')
    assert outcome.receipt.wall_us > 0 and outcome.receipt.cpu_us > 0


SWALLOWERS = {
    "a loop": hook("while True:", "    pass"),
    "a bare except": hook(
        "while True:", "    try:", "        while True:", "            pass", "    except:", "        pass"
    ),
    "finally and continue": hook(
        "while True:", "    try:", "        while True:", "            pass", "    finally:", "        continue"
    ),
    "an exit that returns True": "class Deaf:\n    def __enter__(self):\n        return self\n    def __exit__(self, a, b, c):\n        return True\n"
    + hook("while True:", "    with Deaf():", "        while True:", "            pass"),
    "a generator's finally": "def spin():\n    try:\n        yield 1\n    finally:\n        while True:\n            pass\n"
    + hook("g = spin()", "next(g)", "return 1"),
    "module code": "while True:\n    pass\n" + HELLO,
}


@pytest.mark.parametrize("source", SWALLOWERS.values(), ids=SWALLOWERS.keys())
def test_a_script_that_runs_for_ever_is_timed_out_whatever_it_catches(cells: Cells, source: str) -> None:
    outcome = cells.call(source)
    assert isinstance(outcome, TimedOut), outcome
    assert outcome.clock == "cpu" and outcome.limit_seconds == SHORT.cpu_seconds
    assert outcome.line is not None
    assert_others_work(cells)


def test_a_loop_in_c_is_ended_from_outside(cells: Cells) -> None:
    outcome = cells.call(
        hook("x = 10 ** 4000", "for i in range(10 ** 9):", "    x = str(x) and pow(x, 60) % 7 + 10 ** 4000")
    )
    assert isinstance(outcome, TimedOut | Raised), outcome
    assert_others_work(cells)


def test_a_timed_out_script_is_told_what_it_printed_and_works_again(cells: Cells) -> None:
    source = hook("print('before')", "while request['spin']:", "    pass", "return 'done'")
    outcome = cells.call(source, {"spin": True})
    assert isinstance(outcome, TimedOut) and outcome.log[0].text == "before"
    again = cells.call(source, {"spin": False})
    assert isinstance(again, Completed) and again.value == "done"


def test_eating_memory_ends_out_of_memory_with_the_line(cells: Cells) -> None:
    outcome = cells.call(hook("kept = []", "while True:", "    kept.append('a' * 1000000)"))
    assert isinstance(outcome, OutOfMemory), outcome
    assert outcome.limit_bytes == SHORT.memory and outcome.line == 4
    assert_others_work(cells)


def test_catching_memory_errors_for_ever_still_ends(cells: Cells) -> None:
    source = hook(
        "kept = []",
        "while True:",
        "    try:",
        "        kept.append('a' * 1000000)",
        "    except MemoryError:",
        "        pass",
    )
    assert isinstance(cells.call(source), TimedOut | OutOfMemory)
    assert_others_work(cells)


def test_recursion_without_end_is_the_authors_error(cells: Cells) -> None:
    outcome = cells.call("def f(n):\n    return f(n + 1)\n" + hook("return f(0)"))
    assert isinstance(outcome, Raised) and outcome.exception == "RecursionError"
    assert outcome.line == 2 and len(outcome.trace) == SHORT.traceback_lines


NONSENSE = {
    "a set": ("{1}", "result is a set: write sorted(...) or list(...)"),
    "a datetime": ("{'a': [datetime(2026, 1, 1)]}", "result['a'][0] is a datetime: write .isoformat()"),
    "nan": ("{'a': float('nan')}", "result['a'] is nan, which JSON has no number for: write None or text"),
    "a large integer": ("[2 ** 63]", "result[0] is an integer beyond 64 bits: write str(...)"),
    "a number as key": ("{1: 2}", "result has the key 1, which is not text but an int: write str(...)"),
    "a member of an Enum": ("{'a': Enum('Color', 'RED').RED}", "result['a'] is a Color: write .value"),
    "a function": ("process_incoming", "result is a function: call it: did you forget the parentheses?"),
    "half a character": (
        "'\\ud800'",
        "result holds text with a lone surrogate: write text.encode('utf-8', 'replace').decode()",
    ),
}


@pytest.mark.parametrize(("value", "message"), NONSENSE.values(), ids=NONSENSE.keys())
def test_what_has_no_json_form_is_refused_with_its_place(cells: Cells, value: str, message: str) -> None:
    outcome = cells.call("from datetime import datetime\nfrom enum import Enum\n" + hook(f"return {value}"))
    assert isinstance(outcome, Raised), outcome
    assert (outcome.exception, outcome.message) == ("BadResult", message)


@pytest.mark.parametrize("expression", ["str(9 ** 9_999)", "int('9' * 9_999)"])
def test_digits_beyond_pythons_limit_are_refused_in_words_for_authors(cells: Cells, expression: str) -> None:
    outcome = cells.call(hook(f"return {expression}"))
    assert isinstance(outcome, Raised) and outcome.exception == "ValueError"
    assert "4,300 digits" in outcome.message and "hex(number), or int(text, 16)" in outcome.message


def test_tuples_and_the_dicts_of_collections_are_json(cells: Cells) -> None:
    source = "from collections import Counter, OrderedDict, defaultdict\n" + hook(
        "d = defaultdict(list)", "d['x'].append((1, 2))", "return [d, Counter('aab'), OrderedDict(z=1), -2 ** 63]"
    )
    outcome = cells.call(source)
    assert isinstance(outcome, Completed)
    assert outcome.value == [{"x": [[1, 2]]}, {"a": 2, "b": 1}, {"z": 1}, -(2**63)]


TOO_LARGE = {
    "bytes": ("'a' * 1100000", "result is 1,100,002 bytes as JSON; the limit is 1,048,576"),
    "values": ("{'a': [0] * 20001}", "result['a'] goes beyond 20,000 values in all"),
    "depth": ("nested", "is nested deeper than 64 levels"),
}


@pytest.mark.parametrize(("value", "message"), TOO_LARGE.values(), ids=TOO_LARGE.keys())
def test_a_result_over_a_cap_says_which(cells: Cells, value: str, message: str) -> None:
    outcome = cells.call(hook("nested = []", "for i in range(70):", "    nested = [nested]", f"return {value}"))
    assert isinstance(outcome, OutputTooLarge) and message in outcome.message


def test_a_text_full_of_commas_is_one_value(cells: Cells) -> None:
    outcome = cells.call(hook("return '[{,' * 100000"))
    assert isinstance(outcome, Completed) and outcome.value == "[{," * 100_000


def test_the_log_is_cut_with_a_mark_and_never_fails_the_call(cells: Cells) -> None:
    outcome = cells.call(hook("for i in range(10):", "    print('x' * 20000)", "return 'ok'"))
    assert isinstance(outcome, Completed) and outcome.value == "ok"
    assert sum(len(line.text) for line in outcome.log[:-1]) == SHORT.log_bytes - 3
    assert outcome.log[-1].text == "[cut: the log is longer than 65,536 bytes]"


def test_what_is_printed_cannot_act_on_a_terminal(cells: Cells) -> None:
    outcome = cells.call(hook("print('\\x1b[2J\\r\\x07')", "return 1"))
    assert isinstance(outcome, Completed) and outcome.log[0].text == "\\x1b[2J\\x0d\\x07"


def test_a_traceback_is_in_the_authors_lines_and_names_no_guard(cells: Cells) -> None:
    source = "def pick(d):\n    return d['missing']\n\n" + hook(
        "try:", "    pick(request)", "except KeyError as e:", "    raise ValueError('no') from e"
    )
    outcome = cells.call(source)
    assert isinstance(outcome, Raised)
    assert outcome.traceback == (
        "Traceback (most recent call last):\n"
        '  File "script.py", line 6, in process_incoming\n'
        "    pick(request)\n"
        '  File "script.py", line 2, in pick\n'
        "    return d['missing']\n"
        "KeyError: 'missing'\n"
        "\nwhich led to\n\n"
        "Traceback (most recent call last):\n"
        '  File "script.py", line 8, in process_incoming\n'
        "    raise ValueError('no') from e\n"
        "ValueError: no"
    )


def test_the_body_is_decoded_in_the_cell(cells: Cells) -> None:
    source = hook("return [request['content_raw'], request['content'], request['body'] == request['content']]")

    def call(raw: bytes) -> tuple[object, str | None]:
        outcome = cells.call(source, {}, body=Body(raw, ("content_raw",), ("content", "body")))
        assert isinstance(outcome, Completed), outcome
        return outcome.value, outcome.no_json

    assert call(b'{"a": 1}') == (['{"a": 1}', {"a": 1}, True], None)
    assert call(b"[1]") == (["[1]", [1], True], None)
    assert call(b'"\\udc00"') == (['"\\udc00"', "\ufffd", True], None)
    assert call(b"\xef\xbb\xbf1") == (["\ufeff1", 1, True], None)
    for raw in (b"", b"{oops", b'{"a": NaN}', b"1e999", b"[" * 100_000):
        value, no_json = call(raw)
        assert value == [raw.decode(), {}, True]
        assert no_json is not None and "line 1 column" in no_json


@pytest.mark.parametrize(
    ("does", "outcome"),
    [
        ("raise ValueError", Raised),
        ("return {1, 2}", Raised),
        ("while True: pass", TimedOut),
        ("x = [bytes(10**7) for i in range(100)]", OutOfMemory),
        ("return 'x' * 2**21", OutputTooLarge),
    ],
)
def test_a_body_that_is_no_json_is_told_of_whatever_the_script_does(
    cells: Cells, does: str, outcome: type[Raised | TimedOut | OutOfMemory | OutputTooLarge]
) -> None:
    ended = cells.call(hook(does), {}, body=Body(b"{oops", (), ("content",)))
    assert isinstance(ended, outcome), ended
    assert ended.no_json is not None and "line 1 column 2" in ended.no_json


def test_a_body_that_nobody_has_parsed_is_not_told_of(cells: Cells) -> None:
    outcome = cells.call(hook("return 1"), {}, body=Body(b"{oops", ("content_raw",)))
    assert isinstance(outcome, Completed) and outcome.no_json is None


def test_undecodable_bytes_reach_the_script_as_surrogate_escapes(cells: Cells) -> None:
    source = hook("return [ord(c) for c in request['content_raw']]")
    outcome = cells.call(source, {}, body=Body(b"a\xff", ("content_raw",)))
    assert isinstance(outcome, Completed) and outcome.value == [97, 0xDCFF]


def test_forgetting_to_return_a_changed_request_is_noticed(cells: Cells) -> None:
    changing = "def prepare_outgoing_request(request):\n    request['headers']['X'] = '1'\n"
    silent = "def prepare_outgoing_request(request):\n    return None\n"
    request: JsonValue = {"headers": {}}
    changed = cells.call(changing, request, hook="prepare_outgoing_request", watch_arguments=True)
    untouched = cells.call(silent, request, hook="prepare_outgoing_request", watch_arguments=True)
    assert isinstance(changed, Completed) and changed.forgot_return
    assert isinstance(untouched, Completed) and not untouched.forgot_return


def test_nothing_of_a_call_reaches_the_next(cells: Cells) -> None:
    source = "seen = []\n" + hook("seen.append(1)", "return len(seen)")
    assert [getattr(cells.call(source), "value", None) for _ in range(3)] == [1, 1, 1]


def test_a_method_of_class_script_is_a_hook(cells: Cells) -> None:
    source = "class Script:\n    def process_incoming_request(self, request):\n        return 'method'\n"
    outcome = cells.call(source)
    assert isinstance(outcome, Completed) and outcome.value == "method"


def test_loading_names_the_hooks_a_script_defines(cells: Cells) -> None:
    async def load(source: str) -> object:
        return await cells.sandbox.load(await cells.program(source))

    outcome = cells.run(load(HELLO + "def process_outgoing_response(a, b):\n    pass\n"))
    assert isinstance(outcome, Completed)
    assert outcome.value == ["process_incoming", "process_outgoing_response"]
    raised = cells.run(load("x = 1 / 0\n" + HELLO))
    assert isinstance(raised, Raised) and raised.exception == "ZeroDivisionError" and raised.line == 1


def test_a_frozen_clock_is_what_the_script_reads(cells: Cells) -> None:
    source = "import time\nfrom datetime import datetime, timezone\n" + hook(
        "return [time.time(), datetime.now(timezone.utc).isoformat()]"
    )
    outcome = cells.call(source, now=1_000_000_000.5)
    assert isinstance(outcome, Completed)
    assert outcome.value == [1_000_000_000.5, "2001-09-09T01:46:40.500000+00:00"]


def test_an_interpreter_that_breaks_takes_only_its_own_call(cells: Cells) -> None:
    source = hook("x = []", "for i in range(200000):", "    x = filter(None, x)", "return list(x)")
    outcome = cells.call(source)
    assert isinstance(outcome, Crashed | Raised | OutOfMemory | TimedOut), outcome
    assert_others_work(cells)


def test_notes_on_an_error_and_on_what_it_came_from_are_in_the_traceback(cells: Cells) -> None:
    source = hook(
        "try:",
        "    try:",
        "        {}['room']",
        "    except KeyError as error:",
        "        error.add_note('the payload has no room')",
        "        raise ValueError('no message') from error",
        "except ValueError as error:",
        "    error.add_note('first')",
        "    error.add_note('second\\nline')",
        "    raise",
    )
    outcome = cells.call(source)
    assert isinstance(outcome, Raised)
    assert outcome.message == "no message"
    assert "KeyError: 'room'\nthe payload has no room\n\nwhich led to" in outcome.traceback
    assert outcome.traceback.endswith("ValueError: no message\nfirst\nsecond\nline")


def test_a_number_of_too_many_digits_is_told_without_pythons_settings(cells: Cells) -> None:
    for expression in ("str(10 ** 5000)", "int('9' * 5000)"):
        outcome = cells.call(hook(f"return {expression}"))
        assert isinstance(outcome, Raised) and outcome.exception == "ValueError"
        assert "4,300 digits" in outcome.message and "hex" in outcome.message and "sys." not in outcome.message


LATE = """
def late():
    try:
        yield 1
    finally:
        while True: pass

def process_incoming(request):
    waiting = late()
    next(waiting)
    kept = []
    while True: kept.append({})
"""


@pytest.mark.parametrize("body", ["kept.append(bytearray(4_000_000))", "pass"], ids=["memory", "time"])
def test_what_runs_when_frames_are_let_go_is_under_the_clock(cells: Cells, body: str) -> None:
    outcome = cells.call(LATE.replace("kept.append({})", body))
    # by the cell's own word, which knows the line; else it would take the clock for what hears none
    assert isinstance(outcome, TimedOut) and outcome.clock == "cpu"
    assert outcome.line == 6
