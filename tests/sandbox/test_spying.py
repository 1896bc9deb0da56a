"""The library gives nothing of its own away: see `spying.py`, which this runs in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path


def test_the_library_hands_nothing_of_its_own_to_values_of_a_script() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "tests.sandbox.spying"],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        timeout=300,
        check=True,
    )
    told = json.loads(ran.stdout)
    assert told["found"] == []
    assert told["called"] > 400 and told["own"] > 300, told
