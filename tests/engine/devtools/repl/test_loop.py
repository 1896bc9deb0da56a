"""Lines in, results out, through the real cells; what a terminal adds is in tests/api/test_cli_scripts.py."""

from pathlib import Path

import pytest

from engine.devtools import FixtureError
from engine.devtools.repl import COMMANDS, Over, Repl
from engine.devtools.runner import Runner
from tests.engine.devtools.local import Local, printer

ROOT = Path(__file__).parents[4]
EXAMPLE = ROOT / "examples/github-push"

REBUILT = "The cell has ended; the session is rebuilt as it was before this input."
SCRIPT = """\
PREFIX = "got "
def tell(text):
    return PREFIX + text
def process_incoming(request):
    return tell(request["content"]["text"])
"""


def talked(local: Local, lines: str, file: Path | None = None, payload: Path | None = None) -> list[str]:
    """What a session that was typed in says, line by line."""
    print_to, printed = printer()

    async def talk() -> None:
        repl = Repl(Runner(local.scripts), print_to, file)
        await repl.start(payload)
        try:
            for line in lines.split("\n"):
                await repl.feed(line)
            await repl.end()
        except Over:
            pass

    local.do(talk())
    return printed.getvalue().splitlines()


@pytest.fixture
def script(tmp_path: Path) -> Path:
    file = tmp_path / "mine.py"
    file.write_text(SCRIPT)
    (tmp_path / "hello.json").write_text('{"text": "hello"}')
    return file


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("1 + 1", ["2"]),
        ("'a'\nNone\nx = 1", ["'a'"]),
        ("x = 1\nx += 1\nx", ["2"]),
        ("6 * 7\n_ + 1", ["42", "43"]),
        ("import json\njson.dumps([1])", ["'[1]'"]),
        ("def f(n):\n    return n * 2\n\nf(4)", ["8"]),
        ("class A:\n    def __repr__(self):\n        return 'an A'\n\n[A(), A()]", ["[an A, an A]"]),
        ("items = []\nitems.append(1)\nitems.append(2)\nitems", ["[1, 2]"]),
        ("print('once')\n1", ["once", "1"]),
        ("print('a', end='')\nprint('b')", ["a", "b"]),
        ("print('x') or 5", ["x", "5"]),
        ("for i in range(2):\n    print(i)\nelse:\n    print('end')\ni", ["0", "1", "end", "1"]),
        ("# nothing\n\n1 # one", ["1"]),
        ("(1,\n 2)", ["(1, 2)"]),
        ("'''a\n\nb'''", ["'a\\n\\nb'"]),
        ("id = 7\nid + 1", ["8"]),
        ("f'{1:>{3}}'", ["'  1'"]),
        ("1;2\n3", ["3"]),
        ("'\\x1b[31m'\nprint('\\x1b[31m')", ["'\\x1b[31m'", "\\x1b[31m"]),
        ("request['method']\npayload", ["'POST'", "{}"]),
    ],
)
def test_inputs_give_results(local: Local, lines: str, said: list[str]) -> None:
    assert talked(local, lines) == said


def test_an_input_that_fails_is_told_with_its_line_and_leaves_nothing(local: Local) -> None:
    lines = "def f():\n    return 1 / 0\n\nx = 1\nif x:\n    x = 2\n    f()\n\nx"
    assert talked(local, lines) == [
        "Traceback (most recent call last):",
        '  File "<input 3>", line 3, in <module>',
        "    f()",
        '  File "<input 1>", line 2, in f',
        "    return 1 / 0",
        "ZeroDivisionError: division by zero",
        "1",
    ]


def test_a_repr_that_fails_is_the_inputs_failure(local: Local) -> None:
    assert talked(local, "class A:\n    def __repr__(self):\n        return self.x\n\nA()\n1") == [
        "Traceback (most recent call last):",
        '  File "<input 1>", line 3, in A.__repr__',
        "    return self.x",
        "AttributeError: 'A' object has no attribute 'x'",
        "1",
    ]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("x = = 1", ["<input 1>:1:5: Invalid syntax.", "    x = = 1", "        ^"]),
        ("type(3)", ["<input 1>:1:1: type() is not available.", "    type(3)", "    ^^^^"]),
        ("x = (", ["<input 1>:1:5: '(' was never closed.", "    x = (", "        ^"]),
        ("1) + (2", ["<input 1>:1:2: Unmatched ')'.", "    1) + (2", "     ^"]),
        ("x := 5", ["<input 1>:1:3: Invalid syntax.", "    x := 5", "      ^^"]),
        (
            "'''a",
            ["<input 1>:1:1: Unterminated triple-quoted string literal (detected at line 1).", "    '''a", "    ^"],
        ),
        ("if True:\n    1\n\nelse:\n    2", ["<input 2>:1:1: Invalid syntax.", "    else:", "    ^^^^"]),
    ],
)
def test_what_is_no_python_of_scripts_is_shown_in_the_input(local: Local, lines: str, said: list[str]) -> None:
    assert talked(local, lines)[: len(said)] == said


def test_an_input_cannot_go_on_where_another_ended(local: Local) -> None:
    assert "Unexpected indent." in talked(local, "if True:\n    x = 1\n\n    y = 2")[0]


def test_a_limit_that_is_met_costs_only_that_input(local: Local) -> None:
    said = talked(local, "x = 3\nwhile True:\n    pass\n\nx\ny = [0] * 9_000_000; y = y + y + y; y + y\nx")
    assert said[0].startswith('  File "<input 2>", line ')
    assert said[2].startswith("the input used 1.")
    assert " s of CPU time; the limit is 1 s (line " in said[2]
    assert said[3:5] == [REBUILT, "3"]
    assert "the input needs more than 128 MiB of memory" in said[-3] and said[-2] == REBUILT
    assert said[-1] == "3"


def test_what_earlier_inputs_print_may_fill_the_log(local: Local) -> None:
    said = talked(local, "print('x' * 70_000)\nprint('new')\n1")
    note = "(What earlier inputs print fills the log; what this one printed is not in it.)"
    assert said[0].startswith("xxx")
    assert said[2:] == [note, note, "1"]


def test_a_value_that_is_long_is_cut(local: Local) -> None:
    (shown,) = talked(local, "'a' * 30_000")
    assert (shown[:3], shown[-4:], len(shown)) == ("'aa", "a...", 20_003)


# the script and the payload


def test_the_script_is_there_and_sees_what_is_defined_anew(local: Local, script: Path) -> None:
    lines = "tell('you')\nPREFIX = 'new '\ntell(payload['text'])\nprocess_incoming(request)"
    assert talked(local, lines, script, script.with_name("hello.json")) == ["'got you'", "'new hello'", "'new hello'"]


def test_run_is_what_hookcell_run_does(local: Local) -> None:
    said = talked(local, f":payload {EXAMPLE}/payloads/push.json\n:run", EXAMPLE / "script.py")
    assert said[:3] == [
        f"The payload is {EXAMPLE}/payloads/push.json.",
        f"process_incoming of {EXAMPLE}/script.py",
        "Message to #general as GitHub:",
    ]
    assert said[3].startswith("  *monalisa* pushed 3 commits")
    assert " wall · " in said[-1]


def test_run_takes_what_was_typed_and_leaves_out_what_was_printed_before(local: Local, script: Path) -> None:
    lines = "print('before')\ndef tell(text):\n    print('typed')\n    return text\n\n:run"
    said = talked(local, lines, script, script.with_name("hello.json"))
    assert said[:-1] == [
        "before",
        f"process_incoming of {script}",
        "Message to #general:",
        "  hello",
        'The sender gets 200 {"success": true}',
        "log | typed",
    ]


def test_a_hook_can_be_typed_and_typed_again(local: Local) -> None:
    typed = "def process_incoming(request):\n    return '{}'\n\n:run\n"
    said = talked(local, ":run\n" + typed.format("one") + typed.format("two"))
    assert said[0].startswith("There is no hook to run. Define process_incoming(request)")
    assert [line for line in said if line in ("  one", "  two")] == ["  one", "  two"]


def test_run_tells_a_failure_in_the_lines_of_the_script_and_of_the_inputs(local: Local, script: Path) -> None:
    lines = "def tell(text):\n    return text.nope\n\n:run"
    assert talked(local, lines, script, script.with_name("hello.json"))[-6:] == [
        "Traceback (most recent call last):",
        f'  File "{script}", line 5, in process_incoming',
        '    return tell(request["content"]["text"])',
        '  File "<input 1>", line 2, in tell',
        "    return text.nope",
        "AttributeError: 'str' object has no attribute 'nope'",
    ]


def test_an_outgoing_script_has_the_events_data_as_its_payload(local: Local) -> None:
    folder = ROOT / "examples/echo-outgoing"
    said = talked(local, "payload['text']\nrequest['url']\n:run", folder / "script.py", folder / "payloads/echo.json")
    assert said[:2] == ["'!echo Grüße aus dem Wald'", "'http://127.0.0.1:8080/anything'"]
    assert "  ann says: Grüße aus dem Wald" in said


def test_reload_keeps_the_inputs_that_still_hold(local: Local, tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(SCRIPT)
    print_to, printed = printer()
    repl = Repl(Runner(local.scripts), print_to, file)

    async def talk() -> None:
        await repl.start()
        for line in ("x = 2", "y = tell('a')", "z = x + 1"):
            await repl.feed(line)
        file.write_text("def process_incoming(request): return 'new'\n")
        for line in (":reload", "z", "y"):
            await repl.feed(line)
        file.write_text("def process_incoming(request) return\n")
        for line in (":reload", "z"):
            await repl.feed(line)

    local.do(talk())
    assert printed.getvalue().splitlines() == [
        "<input 2> fails now and is forgotten: y = tell('a')",
        "Traceback (most recent call last):",
        '  File "<input 2>", line 1, in <module>',
        "    y = tell('a')",
        "NameError: name 'tell' is not defined",
        f"{file} is read again.",
        "3",
        "Traceback (most recent call last):",
        '  File "<input 5>", line 1, in <module>',
        "    y",
        "NameError: name 'y' is not defined",
        f"{file}:1:31: Expected ':'.",
        "    def process_incoming(request) return",
        "                                  ^^^^^^",
        "    Correct the syntax here or just before.",
        f"{file} is not loaded: correct it, then :reload.",
        "3",
    ]


def test_another_payload_drops_what_no_longer_holds(local: Local, script: Path) -> None:
    hello = script.with_name("hello.json")
    other = script.with_name("other.json")
    other.write_text('{"body": "x"}')
    said = talked(local, f"t = payload['text']\nn = 1\n:payload {other}\nn\npayload", script, hello)
    assert said[0] == "<input 1> fails now and is forgotten: t = payload['text']"
    assert said[4:] == ["KeyError: 'text'", f"The payload is {other}.", "1", "{'body': 'x'}"]


def test_a_payload_that_cannot_be_taken_leaves_the_one_before(local: Local) -> None:
    folder = ROOT / "examples/echo-outgoing"
    lines = f":payload {ROOT}/nope.json\n:payload {folder}/script.py\npayload['text']"
    said = talked(local, lines, folder / "script.py", folder / "payloads/echo.json")
    assert said[0].endswith("nope.json: is not there")
    assert said[1].startswith("script.py: is not JSON")
    assert said[2] == "'!echo Grüße aus dem Wald'"


def test_a_script_that_is_broken_from_the_start_can_be_corrected(local: Local, tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text("def f(:\n")
    assert talked(local, "1", file)[-2:] == [f"{file} is not loaded: correct it, then :reload.", "1"]
    with pytest.raises(FixtureError, match="cannot be read"):
        talked(local, "1", tmp_path / "other.py")


def test_a_script_without_hooks_lends_its_definitions(local: Local, tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_bytes(b"def double(x):\r\n    return x * 2\r\n")
    assert talked(local, "double(4)\n1/0", file) == [
        "8",
        "Traceback (most recent call last):",
        '  File "<input 2>", line 1, in <module>',
        "    1/0",
        "ZeroDivisionError: division by zero",
    ]


# commands

NAMES = ":payload, :run, :reload, :diff, :limits, :history, :save, :help, :quit"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (":bla x", f"There is no command :bla. The commands are {NAMES}."),
        (":", f"There is no command :. The commands are {NAMES}."),
        (":payload", "Write :payload FILE."),
        (":run now", "Write :run."),
        (":reload", "There is no script to read again: start with hookcell repl FILE."),
        (
            ":diff",
            "There is nothing to compare with: :run first, then change something. A payload with a file in expected/ is compared with that.",
        ),
        (":history", "Nothing was typed that was kept."),
        (":save", "Write :save FILE."),
        (":limits", "source bytes           256 KB"),
    ],
)
def test_commands_say_what_to_do(local: Local, line: str, said: str) -> None:
    assert talked(local, line)[0] == said


def test_help_names_every_command(local: Local) -> None:
    said = talked(local, ":help")
    assert [line.split()[0] for line in said[: len(COMMANDS)]] == [f":{command.name}" for command in COMMANDS]


def test_quit_ends_the_session(local: Local) -> None:
    assert talked(local, "1\n:quit\n2") == ["1"]


def test_history_shows_what_was_kept(local: Local) -> None:
    assert talked(local, "x = 1\n1 / 0\ndef f():\n    return x\n\n:history")[-3:] == [
        "<input 1>: x = 1",
        "<input 3>: def f():",
        "    return x",
    ]


def test_save_writes_a_script_of_what_was_typed_without_what_only_looks(
    local: Local, script: Path, tmp_path: Path
) -> None:
    target = tmp_path / "new.py"
    typed = "import re\nt = payload['text']\ntell('x')\ndef tell(text):\n    return re.sub('l', 'L', text)\n\n"
    said = talked(local, f"{typed}:save {target}\n:save {target}", script, script.with_name("hello.json"))
    assert said[1:] == [
        f"{target} has the script and what was typed.",
        "Left out, as it only looks: t = payload['text']",
        "Left out, as it only looks: tell('x')",
        f"{target}: is there already, and is left as it is; choose another name",
    ]
    assert target.read_text() == SCRIPT + "\n\nimport re\n\n\ndef tell(text):\n    return re.sub('l', 'L', text)\n"
    assert "  heLLo" in talked(local, ":run", target, script.with_name("hello.json"))


def test_diff_tells_what_is_other_than_at_the_last_run(local: Local, script: Path) -> None:
    lines = ":run\nPREFIX = 'now '\n:diff\ndef tell(text):\n    return None\n\n:diff\n:run\n:diff"
    said = talked(local, lines, script, script.with_name("hello.json"))
    assert said[said.index("-messages[0].text: got hello") :][:2] == [
        "-messages[0].text: got hello",
        "+messages[0].text: now hello",
    ]
    assert "+messages: []" in said and said[-1] == "Nothing is other than at the last :run."


def test_diff_compares_with_what_is_expected_before_the_first_run(local: Local) -> None:
    lines = f":payload {EXAMPLE}/payloads/push.json\n:diff\nprocess_incoming = lambda request: 'other'\n:diff"
    said = talked(local, lines, EXAMPLE / "script.py")
    assert said[1] == "Nothing is other than expected/ says."
    assert "+messages[0].text: other" in said


@pytest.mark.parametrize(
    "line", [":payload .", ":payload /", ":payload ~nosuchuser/x", f":payload {'x' * 5_000}", ":save a\0b"]
)
def test_a_mistyped_path_ends_no_session(local: Local, line: str) -> None:
    said = talked(local, f"x = 7\n{line}\nx")
    assert len(said) == 2
    assert said[1] == "7"
