"""What the READMEs say of numbers and names is what the code says."""

import importlib
import re
import sys
from dataclasses import fields
from pathlib import Path
from types import ModuleType

from sandbox import Limits
from sandbox.library import library_table

ROOT = Path(__file__).parent.parent
SANDBOX = (ROOT / "sandbox" / "README.md").read_text()

UNITS = {"KiB": 1024, "MiB": 1024 * 1024, "s": 1, "ms": 0.001, "%": 0.01}
NUMBER = re.compile(r"(\d[\d,]*(?:\.\d+)?)(?:\s(KiB|MiB|s|ms|%))?")


def section(text: str, title: str) -> str:
    start = text.index(f"## {title}\n")
    end = text.find("\n## ", start + 1)
    return text[start : end if end >= 0 else len(text)]


def test_every_limit_is_in_the_table_with_its_default() -> None:
    limits = Limits()
    told: dict[str, float] = {}
    for row in section(SANDBOX, "Limits").splitlines():
        if not row.startswith("| `"):
            continue
        _, names, values, *_ = row.split("|")
        numbers = NUMBER.findall(values.split("(")[0])
        for name, (number, unit) in zip(re.findall(r"`(\w+)`", names), numbers, strict=False):
            told[name] = float(number.replace(",", "")) * UNITS.get(unit, 1)
    known = {field.name: float(getattr(limits, field.name)) for field in fields(Limits)}
    assert {name: round(value, 6) for name, value in told.items()} == known


def public_names(title: str) -> set[str]:
    module = importlib.import_module(title)
    names = getattr(module, "__all__", None) or [
        name for name, value in vars(module).items() if not isinstance(value, ModuleType)
    ]
    return {name for name in names if not name.startswith("_")}


def test_the_table_of_the_library_names_every_module_and_all_that_is_left_out_of_it() -> None:
    rows = re.findall(r"^\| ([\w.]+) \| (?:`([\w ]+)`)? ?\|", section(SANDBOX, "The library"), re.MULTILINE)
    told = {title: set(names.split()) for title, names in rows if title != "module"}
    # `hookcell` is the host's services, told in the README for authors; packages hold modules and nothing else
    there = {title: set(names) for title, names in library_table().items() if not title.startswith("hookcell")}
    there = {title: names for title, names in there.items() if not any(f"{title}.{name}" in there for name in names)}
    assert set(told) == set(there)
    for title, names in there.items():
        left_out = public_names(title) - names
        if sys.version_info < (3, 12):
            assert told[title] == left_out, title
        else:
            # what a later Python has besides is left out as well
            assert not told[title] & names, title


def test_every_target_is_told_by_make_help_and_every_one_that_a_page_names_is_there() -> None:
    makefile = (ROOT / "Makefile").read_text()
    (phony,) = re.findall(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    targets = set(phony.split())
    assert set(re.findall(r"^(\w+):.* ## \w", makefile, re.MULTILINE)) == targets
    pages = [ROOT / "README.md", ROOT / "CHANGELOG.md", *ROOT.glob("[a-z]*/**/README.md")]
    named = {name for page in pages for name in re.findall(r"(?:^    |`)make (\w+)", page.read_text(), re.MULTILINE)}
    assert {"demo", "help", "serve", "test"} <= named <= targets
