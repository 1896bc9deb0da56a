from pathlib import Path

import pytest

from engine.devtools.files import FixtureError
from engine.devtools.local_secrets import LocalSecrets, read_secrets

FILE = """
plain = "plain value"
[jira]
value = "jira value"
hosts = ["Jira.example.com"]
uses = ["header", "query"]
"""


def written(folder: Path, text: str, mode: int = 0o600) -> Path:
    file = folder / "secrets.toml"
    file.write_text(text)
    file.chmod(mode)
    return folder


def test_a_payloads_secrets_come_before_the_environments_and_the_files(tmp_path: Path) -> None:
    file = read_secrets(written(tmp_path, FILE))
    environment = {"HOOKCELL_SECRET_JIRA": "from outside", "HOOKCELL_SECRET_MY_KEY": "mine", "PATH": "/bin"}
    secrets = LocalSecrets({"plain": "of the payload"}, environment, file)
    assert {name: secrets[name].value for name in ("plain", "jira", "my-key")} == {
        "plain": "of the payload",
        "jira": "from outside",
        "my-key": "mine",
    }
    # the value is another one, the rules are those that were written down
    assert secrets["jira"].rules.hosts == ("jira.example.com",) and secrets["jira"].rules.uses == ("header", "query")
    assert secrets["plain"].rules.hosts == () and secrets.get("nothing") is None
    assert secrets.known().scrubber.secrets == {"of the payload", "from outside", "mine", "plain value", "jira value"}


def test_without_a_file_there_are_none(tmp_path: Path) -> None:
    assert read_secrets(tmp_path) == {}
    assert list(LocalSecrets({"a": "1"}, {}, {})) == ["a"] and len(LocalSecrets({}, {}, {})) == 0


@pytest.mark.parametrize(
    ("text", "mode", "message"),
    [
        (FILE, 0o644, "may be read by others; run: chmod 600"),
        ("a = 7", 0o600, "a must be text, or a table with value, hosts and uses"),
        ('[a]\nvalue = "v"\nhost = ["h"]', 0o600, "unknown host; known are value, hosts, uses"),
        ('[a]\nvalue = "v"\nhosts = "h"', 0o600, "hosts must be a list of texts"),
        ('[a]\nhosts = ["h.example"]', 0o600, "a: value must not be empty"),
        ('[a]\nvalue = "v"\nhosts = ["*"]', 0o600, "a: .*write example.com"),
    ],
)
def test_what_is_wrong_with_the_file_is_said(tmp_path: Path, text: str, mode: int, message: str) -> None:
    with pytest.raises(FixtureError, match=message):
        read_secrets(written(tmp_path, text, mode))
