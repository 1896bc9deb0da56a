"""Every hostile script of the corpus against the real pool: it ends as its header says, takes nothing, and the next
call of another script is answered as ever."""

import os
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox import Compiled, Completed, Limits, Outcome, Program, Rejected
from tests.sandbox.cells import HOOKS, SHORT, Cells, started
from tests.sandbox.corpus import Bait, Technique, bait, techniques

ALL = techniques()
HELLO = "def process_incoming(request):\n    return 'hello ' + request['name']\n"
# with the limits that operators get, one or two of each way to use them up
WITH_REAL_LIMITS = ("time/loop", "time/sum_in_c", "memory/list_growth", "memory/text_doubling", "output/text_too_large")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Cells, Bait]]:
    with (
        bait(tmp_path_factory.mktemp("bait"), os.getpid()) as laid,
        started(SHORT) as cells,
    ):
        yield cells, laid


def end_of(cells: Cells, technique: Technique, laid: Bait) -> Outcome | Rejected:
    async def run() -> Outcome | Rejected:
        compiled = await cells.sandbox.compile(technique.script, hooks=HOOKS)
        if not isinstance(compiled, Compiled):
            assert isinstance(compiled, Rejected), compiled
            return compiled
        program = Program(technique.id, technique.id, "script.py", technique.script, compiled.code, HOOKS)
        for call in range(technique.calls):
            end = await cells.sandbox.call(
                program, "process_incoming", laid.request(call), watch_arguments=True, overall_seconds=8
            )
        return end

    return cells.run(run())


@pytest.mark.parametrize("technique", ALL, ids=[technique.id for technique in ALL])
def test_a_hostile_script_ends_as_expected_and_takes_nothing(hostile: tuple[Cells, Bait], technique: Technique) -> None:
    cells, laid = hostile
    end = end_of(cells, technique, laid)
    assert technique.allows(end), end
    assert laid.taken(end) == []
    assert str(Path(__file__).parents[2]) not in repr(end) and sys.prefix not in repr(end), end
    hello = cells.call(HELLO, {"name": "Ann"}, owner="another")
    assert isinstance(hello, Completed) and hello.value == "hello Ann"


@pytest.mark.parametrize("name", WITH_REAL_LIMITS)
def test_a_sample_ends_the_same_under_the_real_limits(tmp_path: Path, name: str) -> None:
    technique = next(technique for technique in ALL if technique.id == name)
    with bait(tmp_path / "bait", os.getpid()) as laid, started(Limits()) as cells:
        end = end_of(cells, technique, laid)
        assert technique.allows(end), end
        assert laid.taken(end) == []


def test_the_corpus_has_every_family_in_its_breadth() -> None:
    count = Counter(technique.family for technique in ALL)
    least = {
        "attributes": 25, "frames": 15, "formats": 20, "gadgets": 40, "imports": 25, "shadowing": 30, "classes": 30,
        "writes": 15, "tricks": 20, "time": 35, "memory": 20, "crashes": 7, "output": 20, "poison": 20, "system": 30,
    }  # fmt: skip
    assert set(count) == set(least)
    assert all(count[family] >= number for family, number in least.items()), count


def test_every_published_hole_of_restrictedpython_and_the_peers_has_a_technique() -> None:
    known = " ".join(technique.source for technique in ALL)
    for hole in (
        "CVE-2023-37271", "CVE-2023-41039", "pull request 282", "CVE-2024-47532", "CVE-2025-22153", "CVE-2026-55830",
        "CVE-2026-76825", "PEP 810", "PEP 798", "CVE-2021-32807", "CVE-2023-41050", "CVE-2025-68668", "CVE-2026-0863",
        "CVE-2026-49444", "open-chat-studio 4239",
    ):  # fmt: skip
        assert hole in known, hole
