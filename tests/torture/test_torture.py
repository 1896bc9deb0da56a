"""The short form of `make torture`."""

from pathlib import Path

import pytest

from tests.torture.cluster import torture
from tests.torture.rig import check, play


@pytest.mark.timeout(180)
def test_a_server_that_is_killed_again_and_again_loses_repeats_and_doubles_nothing(tmp_path: Path) -> None:
    one = play(tmp_path / "data", messages=120, kills=3, seed=1)
    figures = check(one)
    assert figures["kills"] == 3 and figures["accepted"] >= 100


@pytest.mark.timeout(240)
def test_servers_and_workers_of_one_database_that_are_killed_lose_repeat_and_double_nothing_either(
    tmp_path: Path,
) -> None:
    figures = torture(tmp_path, messages=200, kills=2, seed=1)
    assert figures["kills"] == 2 and figures["accepted"] >= 100
