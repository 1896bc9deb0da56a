"""A new folder is complete, and nothing is ever written over."""

from pathlib import Path

import pytest

from engine.devtools.checking import findings_of
from engine.devtools.files import FixtureError
from engine.devtools.fixtures import read_example
from engine.devtools.making import make, make_like
from engine.devtools.suite import Tried, run_folder
from engine.scripts import Kind
from tests.engine.devtools.local import Local

ROOT = Path(__file__).parents[3]


def states(local: Local, folder: Path) -> set[str]:
    async def tried() -> list[Tried]:
        return [one async for one in run_folder(local.scripts, folder)]

    return {one.state for one in local.do(tried())}


@pytest.mark.parametrize("kind", ["incoming", "outgoing"])
def test_what_is_made_passes_check_and_test_at_once(local: Local, tmp_path: Path, kind: Kind) -> None:
    folder = tmp_path / "git-hub.2"
    make(folder, kind)
    example = read_example(folder)
    assert example.outgoing is (kind == "outgoing")
    assert example.integration["name"] == "git-hub.2"
    assert local.do(findings_of(local.scripts, example.script, kind)) == []
    assert states(local, folder) == {"passed"}
    assert (folder / ".gitignore").read_text().split() == ["secrets.toml"]
    assert len((folder / "README.md").read_text().splitlines()) <= 4
    assert [file.name for file in tmp_path.iterdir()] == ["git-hub.2"]


def test_one_like_an_example_has_its_files_and_its_own_name(local: Local, tmp_path: Path) -> None:
    folder = tmp_path / "deploys"
    make_like(folder, ROOT / "examples/github-push")
    assert read_example(folder).integration["name"] == "deploys"
    assert states(local, folder) == {"passed"}
    readme = (folder / "README.md").read_text()
    assert f"hookcell run {folder}/script.py" in readme
    assert "examples/" not in readme
    assert "](../" not in readme


@pytest.mark.parametrize("there", ["folder", "file", "link"])
def test_what_is_there_is_left_as_it_is(tmp_path: Path, there: str) -> None:
    target = tmp_path / "mine"
    if there == "folder":
        target.mkdir()
    elif there == "file":
        target.write_text("x")
    else:
        target.symlink_to(tmp_path / "nowhere")
    with pytest.raises(FixtureError, match="is there already, and nothing is written over"):
        make(target, "incoming")
    assert not (tmp_path / "mine" / "script.py").exists()


@pytest.mark.parametrize("name", ["a b", "-x", ".hidden", "a" * 65, "ä"])
def test_a_name_that_is_none_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(FixtureError, match="is no name for an integration"):
        make(tmp_path / name, "incoming")


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FixtureError, match="cannot be written"):
        make(tmp_path / "file" / "mine", "incoming")
