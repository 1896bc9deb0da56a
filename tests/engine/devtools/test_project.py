"""A folder and a record compared; pushed and pulled they are in tests/api/test_cli_projects.py."""

from pathlib import Path

import pytest

from engine.devtools.files import FixtureError
from engine.devtools.integration_file import read_script, settings_of
from engine.devtools.project import Project, read_project, remember, state_of, take
from engine.integrations.requests import IncomingCreate, OutgoingCreate
from engine.model.json import JsonObject

TEXT = """\
type = "webhook-outgoing"
name = "n"
enabled = true
event = "sendMessage"
username = "rocket.cat"
channel = " #a ,#b"
urls = ["https://r.example/"]
triggerWords = "!a, !b"
retryFailedCalls = true
runOnEdits = false
scriptEnabled = true
"""
RECORD: JsonObject = {
    "_id": "i", "_createdAt": "1", "_updatedAt": "2", "_createdBy": {"_id": "u", "username": "ada"}, "userId": "u",
    "type": "webhook-outgoing", "name": "n", "enabled": True, "event": "sendMessage", "username": "rocket.cat", "channel": ["#a", "#b"],
    "urls": ["https://r.example/"], "triggerWords": ["!a", "!b"], "retryFailedCalls": True, "retryCount": 4, "retryDelay": "powers-of-ten",
    "scriptEnabled": True, "script": "x = 1\n", "scriptEngine": "isolated-vm", "skipTranspile": False, "scriptCompiled": "l", "alias": "old",
}  # fmt: skip


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "integration.toml").write_text(TEXT)
    (tmp_path / "script.py").write_bytes(b"x = 1\r\n")
    return read_project(tmp_path)


def test_what_says_the_same_in_other_words_is_no_change(project: Project) -> None:
    record = {key: value for key, value in RECORD.items() if key != "alias"}
    assert project.state.changes_to(state_of(record)) == []
    assert project.state.digest == state_of(record).digest


def test_what_the_folder_leaves_out_the_record_loses_but_for_a_token(project: Project) -> None:
    body = project.update("i", {**RECORD, "token": "t", "avatar": "a"})
    assert body["alias"] is None and body["avatar"] is None and "token" not in body
    assert (body["integrationId"], body["channel"], body["script"]) == ("i", "#a, #b", "x = 1\n")


def test_a_change_of_the_token_is_told_without_it(project: Project) -> None:
    told = state_of({**RECORD, "token": "one"}).changes_to(state_of({**RECORD, "token": "two"}))
    assert told == ["The token changes."]


def test_it_is_known_whether_the_folder_was_changed_since(project: Project) -> None:
    assert project.edited
    remember(project, RECORD)
    again = read_project(project.folder)
    assert not again.edited and (again.id, again.seen_at) == ("i", "2")
    (project.folder / "script.py").write_text("x = 2\n")
    assert read_project(project.folder).edited


def test_what_is_taken_over_leaves_the_words_of_what_is_the_same(project: Project) -> None:
    take(project.folder, {**RECORD, "retryFailedCalls": False}, project)
    text = (project.folder / "integration.toml").read_text()
    assert 'channel = " #a ,#b"\n' in text and 'triggerWords = "!a, !b"\n' in text and "runOnEdits = false\n" in text
    assert 'alias = "old"\n' in text and "retryFailedCalls" not in text
    assert read_project(project.folder).state.changes_to(state_of({**RECORD, "retryFailedCalls": False})) == []


@pytest.mark.parametrize("half", [{"script": "x = '\ud800'\n"}, {"alias": "\ud800"}], ids=["script", "settings"])
def test_half_a_character_of_another_server_is_written_to_no_file(project: Project, half: JsonObject) -> None:
    with pytest.raises(FixtureError, match=r": cannot be written: character \d+ is half of one"):
        take(project.folder, RECORD | half, project)
    assert read_project(project.folder).written == project.written


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (TEXT.replace('event = "sendMessage"\n', ""), "needs event"),
        (TEXT.replace('" #a ,#b"', '"general"'), "is no integration: "),
        (TEXT + "nonsense = 1\n", "has unknown nonsense; known of outgoing integrations are alias, "),
        ("", "needs type = "),
    ],
)
def test_settings_that_no_server_would_take_are_told_before_it_is_asked(project: Project, text: str, why: str) -> None:
    (project.folder / "integration.toml").write_text(text)
    with pytest.raises(FixtureError, match=why):
        read_project(project.folder)


def test_the_settings_known_are_those_that_create_takes() -> None:
    for outgoing, shape in ((False, IncomingCreate), (True, OutgoingCreate)):
        fields = {str(field.alias) for field in shape.model_fields.values()}
        assert settings_of(outgoing=outgoing) == fields - {"script", "integrationId"}


def test_a_setting_that_nobody_knows_is_told_wherever_the_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "integration.toml").write_text('type = "webhook-incoming"\nchanel = "#ci"\n_id = "i"\n')
    (tmp_path / "script.py").write_text("")
    with pytest.raises(
        FixtureError, match="integration.toml: has unknown chanel; known of incoming integrations are alias,"
    ):
        read_script(tmp_path / "script.py")
