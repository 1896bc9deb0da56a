"""What the READMEs say of numbers and names is what the code says."""

import re
from dataclasses import fields
from pathlib import Path

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


def test_every_module_of_the_library_is_named() -> None:
    # `hookcell` is the host's services, told in the README for authors
    missing = [name for name in library_table() if name not in SANDBOX and not name.startswith(("hookcell", "__"))]
    assert missing == []
