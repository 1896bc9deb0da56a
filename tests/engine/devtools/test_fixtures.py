from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.devtools import FixtureError, FixtureMeta, FixtureResponse, read_example, read_fixture
from engine.devtools.files import MAX_DEPTH, MAX_FILE_BYTES
from engine.devtools.fixtures import COMPANIONS, META_KEYS

INCOMING = 'type = "webhook-incoming"\nname = "CI"\nchannel = "#general"\n'
OUTGOING = 'type = "webhook-outgoing"\nname = "CI"\nurls = ["https://ci.example.org/"]\n'


def make(folder: Path, files: dict[str, str | bytes]) -> Path:
    """The folder with these files; script.py, integration.toml and one payload unless they are given."""
    standard: dict[str, str | bytes] = {
        "script.py": "def process_incoming(request):\n    return None\n",
        "integration.toml": INCOMING,
        "payloads/push.json": '{"ref": "main"}',
    }
    for name, content in (standard | files).items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def refused(folder: Path, files: dict[str, str | bytes]) -> str:
    """What read_example says of the folder with these files, the folder's own path left out."""
    with pytest.raises(FixtureError) as error:
        read_example(make(folder, files))
    assert str(error.value).startswith(str(error.value.file))
    return str(error.value).removeprefix(f"{folder}/")


def test_a_folder_is_read_whole(tmp_path: Path) -> None:
    make(
        tmp_path,
        {
            "payloads/ping.json": b'{"zen":  "Hm\xc3\xbc"}\n',
            "payloads/ping.meta.toml": 'headers = {X-GitHub-Event = "ping"}',
            "expected/push.json": '{"messages": []}',
        },
    )
    example = read_example(tmp_path)
    assert example.folder == tmp_path
    assert example.script.startswith("def process_incoming")
    assert example.integration == {"type": "webhook-incoming", "name": "CI", "channel": "#general"}
    assert not example.outgoing
    ping, push = example.fixtures
    assert ping.name == "ping"
    assert ping.payload == b'{"zen":  "Hm\xc3\xbc"}\n'
    assert ping.meta.headers == {"x-github-event": "ping", "content-type": "application/json"}
    assert ping.expected is None
    assert push.meta == FixtureMeta()
    assert push.expected == {"messages": []}


def test_meta_says_how_the_body_arrives(tmp_path: Path) -> None:
    meta = """
        method = "get"
        content_type = "text/plain"
        now = 2026-05-04T09:30:00Z
        query = {room = "a", tag = ["x", "y"]}
        secrets = {github = "s3cret"}
        user = {_id = "u1", username = "ann", roles = ["user"]}
        room = {_id = "GENERAL", t = "c"}
    """
    make(tmp_path, {"payloads/push.meta.toml": meta})
    assert read_example(tmp_path).fixtures[0].meta == FixtureMeta(
        method="GET",
        headers={"content-type": "text/plain"},
        query={"room": "a", "tag": ["x", "y"]},
        content_type="text/plain",
        now=datetime(2026, 5, 4, 9, 30, tzinfo=UTC),
        secrets={"github": "s3cret"},
        user={"_id": "u1", "username": "ann", "roles": ["user"]},
        room={"_id": "GENERAL", "t": "c"},
    )


def test_a_content_type_may_stand_among_the_headers(tmp_path: Path) -> None:
    make(tmp_path, {"payloads/push.meta.toml": '[headers]\nContent-Type = "application/xml"'})
    assert read_example(tmp_path).fixtures[0].meta.content_type == "application/xml"


def test_a_body_need_not_be_json_for_an_incoming_integration(tmp_path: Path) -> None:
    make(tmp_path, {"payloads/push.json": b"\xff{not json"})
    assert read_example(tmp_path).fixtures[0].payload == b"\xff{not json"


@pytest.mark.parametrize(
    ("name", "content", "response"),
    [
        (
            "push.response.json",
            '{"status": 201, "headers": {"X-Id": "7"}, "body": {"text": "hi"}}',
            FixtureResponse(201, {"content-type": "application/json", "x-id": "7"}, b'{"text":"hi"}'),
        ),
        ("push.response.json", '{"body": [1]}', FixtureResponse(200, {"content-type": "application/json"}, b"[1]")),
        (
            "push.response.toml",
            'body = {a = 1}\nheaders = {Content-Type = "text/json"}',
            FixtureResponse(200, {"content-type": "text/json"}, b'{"a":1}'),
        ),
        ("push.response.toml", 'status = 500\nbody = "oh\\n"', FixtureResponse(500, {}, b"oh\n")),
        (
            "push.response.toml",
            'error = {kind = "timeout", message = "20 s"}',
            FixtureResponse(0, {}, b"", {"kind": "timeout", "message": "20 s"}),
        ),
    ],
)
def test_an_outgoing_fixture_has_what_the_receiver_answers(
    tmp_path: Path, name: str, content: str, response: FixtureResponse
) -> None:
    make(tmp_path, {"integration.toml": OUTGOING, f"payloads/{name}": content})
    example = read_example(tmp_path)
    assert example.outgoing
    assert example.fixtures[0].response == response


def test_one_payload_can_be_read_without_a_folder_around_it(tmp_path: Path) -> None:
    (tmp_path / "body.txt").write_text("hello")
    (tmp_path / "body.txt.meta.toml").write_text('content_type = "text/plain"')
    fixture = read_fixture(tmp_path / "body.txt")
    assert (fixture.name, fixture.payload, fixture.expected) == ("body.txt", b"hello", None)
    assert fixture.meta.content_type == "text/plain"


def test_notes_of_the_system_are_passed_over(tmp_path: Path) -> None:
    make(tmp_path, {"payloads/.DS_Store": "x", "expected/.DS_Store": "x"})
    assert len(read_example(tmp_path).fixtures) == 1


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (
            {"payloads/push.meta.toml": 'header = {a = "b"}'},
            f"payloads/push.meta.toml: unknown header; known are {', '.join(META_KEYS)}",
        ),
        (
            {"payloads/push.meta.toml": "headers = {X-Count = 3}"},
            "payloads/push.meta.toml: headers.X-Count must be text",
        ),
        ({"payloads/push.meta.toml": "headers = []"}, "payloads/push.meta.toml: headers must be a table"),
        (
            {"payloads/push.meta.toml": 'headers = {X-A = "1", x-a = "2"}'},
            "payloads/push.meta.toml: headers has x-a twice; write one, its values joined with a comma",
        ),
        (
            {"payloads/push.meta.toml": 'content_type = "a/b"\nheaders = {Content-Type = "a/b"}'},
            "payloads/push.meta.toml: has content_type and the header Content-Type; keep one of them",
        ),
        (
            {"payloads/push.meta.toml": 'method = "PUT"'},
            "payloads/push.meta.toml: method is PUT; a webhook arrives by GET or POST",
        ),
        ({"payloads/push.meta.toml": "method = 1"}, "payloads/push.meta.toml: method must be text"),
        (
            {"payloads/push.meta.toml": "query = {a = [1]}"},
            "payloads/push.meta.toml: query.a must be text, or a list of texts for a key that repeats",
        ),
        (
            {"payloads/push.meta.toml": "now = 2026-05-04T09:30:00"},
            "payloads/push.meta.toml: now must be a date and time with its zone, as in 2026-05-04T09:30:00Z",
        ),
        (
            {"payloads/push.meta.toml": 'now = "soon"'},
            "payloads/push.meta.toml: now must be a date and time with its zone, as in 2026-05-04T09:30:00Z",
        ),
        ({"payloads/push.meta.toml": "now = 5"}, "payloads/push.meta.toml: now must be text"),
        (
            {"payloads/push.meta.toml": "user = {score = inf}"},
            "payloads/push.meta.toml: has a number that JSON cannot say (inf or nan); write it as text",
        ),
        (
            {"payloads/push.meta.toml": "method = "},
            "payloads/push.meta.toml: is not TOML: Invalid value (at end of document)",
        ),
        (
            {"payloads/push.meta.toml": b"# \xff"},
            "payloads/push.meta.toml: is not UTF-8 text (byte 2); save it as UTF-8",
        ),
        (
            {"payloads/pull.meta.toml": ""},
            "payloads/pull.meta.toml: has no payload beside it; add pull.json or remove it",
        ),
        (
            {"payloads/notes.txt": ""},
            "payloads/notes.txt: is none of " + ", ".join(f"<event>{ending}" for ending in (".json", *COMPANIONS)),
        ),
        (
            {"payloads/push.response.toml": "status = 200"},
            "payloads/push.json: has a .response file, but an incoming integration sends nothing; remove it",
        ),
        (
            {"expected/pull.json": '{"messages": []}'},
            "expected/pull.json: has no payload of that name; expected/<event>.json goes with payloads/<event>.json",
        ),
        (
            {"expected/push.json": '{"message": {}}'},
            "expected/push.json: unknown message; known are messages, request, answer, error",
        ),
        (
            {"expected/push.json": "{}"},
            "expected/push.json: expects nothing at all; known are messages, request, answer, error",
        ),
        ({"expected/push.json": "[]"}, "expected/push.json: must be a JSON object"),
        (
            {"expected/push.json": '{"messages": [}'},
            "expected/push.json: is not JSON: unexpected character, expected a JSON value: line 1 column 15 (char 14)",
        ),
        (
            {"expected/push.json": '{"messages": ' + "[" * MAX_DEPTH + "]" * MAX_DEPTH + "}"},
            "expected/push.json: is nested deeper than 64 levels",
        ),
        (
            {"payloads/push.json": b" " * (MAX_FILE_BYTES + 1)},
            "payloads/push.json: is larger than 5,242,880 bytes, which no script and no webhook's body may be",
        ),
        (
            {"integration.toml": 'name = "CI"'},
            'integration.toml: needs type = "webhook-incoming" or type = "webhook-outgoing"',
        ),
        (
            {"integration.toml": INCOMING + 'script = "x"'},
            "integration.toml: has a `script`; the script is script.py, remove the key",
        ),
        (
            {"integration.toml": INCOMING + "[retry]\ncount = 3"},
            "integration.toml: [retry] is a table; the fields of integrations.create stand in one flat table",
        ),
        (
            {"integration.toml": OUTGOING, "payloads/push.json": "[]"},
            "payloads/push.json: must be a JSON object: the `data` of the event",
        ),
        (
            {"integration.toml": OUTGOING, "payloads/push.response.json": "{}", "payloads/push.response.toml": ""},
            "payloads/push.response.toml: stands beside push.response.json; keep one of them",
        ),
        (
            {"integration.toml": OUTGOING, "payloads/push.response.json": '{"status": "ok"}'},
            "payloads/push.response.json: status must be a number from 200 to 599",
        ),
        (
            {"integration.toml": OUTGOING, "payloads/push.response.toml": 'status = 200\nerror = {kind = "timeout"}'},
            "payloads/push.response.toml: error means that no answer came: it has kind and message and stands alone",
        ),
    ],
)
def test_what_is_wrong_is_said_with_the_file_and_what_to_do(
    tmp_path: Path, files: dict[str, str | bytes], said: str
) -> None:
    assert refused(tmp_path, files) == said


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        ("script.py", "script.py: cannot be read: No such file or directory"),
        ("integration.toml", "integration.toml: cannot be read: No such file or directory"),
        ("payloads/push.json", "payloads: has no payload; add one as <event>.json"),
    ],
)
def test_what_is_missing_is_named(tmp_path: Path, gone: str, said: str) -> None:
    make(tmp_path, {})
    (tmp_path / gone).unlink()
    assert refused_as_it_is(tmp_path) == said


def test_a_folder_without_payloads_is_told_what_belongs_in_it(tmp_path: Path) -> None:
    assert refused_as_it_is(tmp_path) == "payloads: is missing; a folder has script.py, integration.toml and payloads/"


def refused_as_it_is(folder: Path) -> str:
    with pytest.raises(FixtureError) as error:
        read_example(folder)
    return str(error.value).removeprefix(f"{folder}/")


def test_our_own_settings_are_the_one_table_that_integration_toml_may_have(tmp_path: Path) -> None:
    make(tmp_path, {"integration.toml": INCOMING + '[hookcell]\nhistory = "off"'})
    assert read_example(tmp_path).integration["hookcell"] == {"history": "off"}


def test_toml_nested_beyond_the_parser_is_refused_like_any_other(tmp_path: Path) -> None:
    assert "deeper than 64 levels" in refused(
        tmp_path, {"payloads/push.meta.toml": "user = {a = " + "[" * 90 + "]" * 90 + "}"}
    )
    assert "is not TOML" in refused(tmp_path, {"payloads/push.meta.toml": "a = " + "[" * 5000 + "]" * 5000})


def test_a_folder_holds_a_thousand_payloads_and_no_more(tmp_path: Path) -> None:
    folder = make(tmp_path, {f"payloads/e{number}.json": "{}" for number in range(1_000)})
    assert refused_as_it_is(folder) == "payloads: has more than 1000 payloads; split the folder"
