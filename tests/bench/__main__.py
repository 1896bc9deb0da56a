"""`python -m tests.bench`: the numbers to hold, beside their floors, in interleaved rounds."""

import argparse
import importlib
import pkgutil
from pathlib import Path

from tests.bench import rows as folder
from tests.bench.table import Row, chosen, measure, table


def all_rows() -> list[Row]:
    """Those of every file in rows/, in the order of the files' names."""
    found: list[Row] = []
    for module in sorted(pkgutil.iter_modules(folder.__path__), key=lambda module: module.name):
        found += importlib.import_module(f"{folder.__name__}.{module.name}").ROWS
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0, help="of each timed run")
    parser.add_argument("--only", default="", metavar="REGEX", help="rows whose text matches")
    parser.add_argument("--peers", type=Path, metavar="FOLDER", help="where the peers' run.sh is")
    given = parser.parse_args()
    rows = chosen(all_rows(), given.only)
    rounds = measure(rows, rounds=given.rounds, seconds=given.seconds, peers=given.peers)
    print(table(rows, rounds))  # noqa: T201


if __name__ == "__main__":
    main()
