"""`python -m tests.torture`: rounds of deliveries to a receiver that fails, from servers and workers that are killed.

Every other round is one of two servers and two workers on PostgreSQL.
"""

import argparse
import tempfile
import time
from pathlib import Path

from tests.torture.cluster import torture
from tests.torture.rig import check, play


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--messages", type=int, default=1_000)
    parser.add_argument("--kills", type=int, default=10, help="in each round")
    parser.add_argument("--seed", type=int, default=None, help="of the first round; the next have the next ones")
    given = parser.parse_args()
    seed = int(time.time()) if given.seed is None else given.seed
    for number in range(given.rounds):
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            figures = _round(Path(folder), number, messages=given.messages, kills=given.kills, seed=seed + number)
        told = ", ".join(f"{value} {name}" for name, value in figures.items())
        print(f"round {number + 1}, seed {seed + number}: {told}; {time.monotonic() - began:.0f} s", flush=True)  # noqa: T201


def _round(folder: Path, number: int, *, messages: int, kills: int, seed: int) -> dict[str, int]:
    if number % 2:
        return torture(folder, messages=messages, kills=kills, seed=seed)
    return check(play(folder / "data", messages=messages, kills=kills, seed=seed))


if __name__ == "__main__":
    main()
