"""Nothing of a hostile call is there in the next: see `residue.py`, which this runs in a process of its own."""

import functools
import json
import subprocess
import sys
import typing
from pathlib import Path

from sandbox import library
from sandbox.library import caches


def test_hostile_scripts_leave_the_library_as_it_was() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "tests.sandbox.residue"],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        timeout=300,
        check=True,
    )
    told = json.loads(ran.stdout.splitlines()[-1])
    assert told["found"] == []
    assert told["scripts"] > 150 and told["answers"] > 50 and told["looked at"] > 10_000, told


def test_a_cache_takes_plain_keys_only_and_works_for_all_others() -> None:
    class Text(str):
        pass

    kept = caches.PlainKeys()
    for key in ("a", (str, "a", 1), (("a", b"b"), None, True)):
        kept[key] = 1
    known = len(kept)
    for odd in (Text("a"), (Text, "a", 1), (str, Text("a"), 1), object(), (1, (2, 1.5))):
        kept[odd] = 2
    assert len(kept) == known == 3

    @functools.lru_cache
    def length(text: str) -> int:
        return len(text)

    gate = caches.gated(length)
    assert [gate("abc"), gate(Text("abcd")), gate(text="ab")] == [3, 4, 2]
    assert length.cache_info().currsize == 2


def test_the_cache_of_literals_compares_nothing_of_a_script_with_classes() -> None:
    given: list[object] = []

    class Spy:
        def __hash__(self) -> int:
            return 1

        def __eq__(self, other: object) -> bool:
            given.append(other)
            return True

    library.warm()
    literal: typing.Any = typing.Literal
    literal[Spy()]
    literal[Spy()]
    assert given == [] and literal["a"] is literal["a"]
