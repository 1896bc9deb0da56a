"""The tables of examples/README.md that say what the code says, made of the code.

python -m tests.examples.tables             writes them anew, between their marks
"""

import re
from pathlib import Path
from typing import cast

from engine.devtools.hook_fields import ARGUMENTS, TABLES, Field
from engine.http.answers import MAX_ANSWER
from engine.model.values import MAX_BYTES, MAX_KEY, MAX_KEYS, MAX_VALUE
from engine.scripts import INCOMING_SECONDS, OUTGOING_SECONDS
from engine.scripts.results import MAX_TIMEOUT_MS
from engine.services import http as http_service
from engine.settings import Settings
from sandbox import Limits
from sandbox.library import library_table

README = Path(__file__).parents[2] / "examples/README.md"


def filled(text: str) -> str:
    """The README with its tables as the code has them."""
    for name, table in (("hooks", hooks()), ("library", library()), ("limits", limits())):
        begin, end = f"<!-- table: {name} -->\n", f"<!-- end of {name} -->"
        before, _, rest = text.partition(begin)
        _, found, after = rest.partition(end)
        if not found:
            raise ValueError(f"{README.name} has no place for the table {name}")
        text = f"{before}{begin}\n{table}\n\n{end}{after}"
    return text


def hooks() -> str:
    """Of each hook what it is given, then the dicts in it; TypedDicts of the same names are in the stubs."""
    parts = []
    for hook, tables in ARGUMENTS.items():
        names = ("request", "response")[: len(tables)]
        parts.append(f"**`{hook}({', '.join(names)})`**")
        for name, table in zip(names, tables, strict=True):
            if (hook, name) == ("process_outgoing_response", "request"):
                parts.append("`request` is what was sent: the table above.")
                continue
            rows = [f"| `{name}` | | |", "|---|---|---|"]
            rows += [f"| `{field.name}` | {_typed(field.type)} | {_said(field.says)} |" for field in table.fields]
            parts.append("\n".join(rows))
    inner = [table for table in TABLES if not any(table in tables for tables in ARGUMENTS.values())]
    rows = ["| dict | keys |", "|---|---|"]
    rows += [f"| `{table.name}` | {', '.join(map(_key, table.fields))} |" for table in inner]
    return "\n\n".join([*parts, "\n".join(rows)])


def _key(field: Field) -> str:
    return f"`{field.name}` ({_said(field.says)})" if field.says else f"`{field.name}`"


def _typed(kind: str) -> str:
    return f"`{kind}`".replace("|", "\\|")


def _said(text: str) -> str:
    """What is quoted is code: 'user:password'."""
    return re.sub(r"'([^']*)'", r'`"\1"`', text.replace("|", "\\|"))


def library() -> str:
    """Names that a newer Python adds are not told: the table is that of the oldest that runs hookcell."""
    rows = ["| module | what is there |", "|---|---|"]
    modules = library_table()
    packages = {name.rpartition(".")[0] for name in modules}
    for name in sorted(modules):
        if name not in packages and not name.startswith(("hookcell", "__")):
            rows.append(f"| `{name}` | {' '.join(f'`{each}`' for each in modules[name])} |")
    return "\n".join(rows)


def limits() -> str:
    bounds = Limits()
    keys = f"{MAX_KEYS} keys of {MAX_KEY} bytes"
    store = f"{keys}, {_size(MAX_VALUE)} a value, {_size(MAX_BYTES)} in all"
    rows = [
        ("the body of a webhook", _size(cast(int, Settings.model_fields["max_body_hooks"].default))),
        ("the script", f"{_size(bounds.source_bytes)}, compiled in {bounds.compile_seconds:g} s"),
        ("CPU time of a call", f"{bounds.cpu_seconds:g} s"),
        ("time of a call, without waiting for `http` and `store`", f"{bounds.wall_seconds:g} s"),
        ("time of a call in all", f"{INCOMING_SECONDS:g} s for a webhook, {OUTGOING_SECONDS:g} s for an outgoing hook"),
        ("memory", _size(bounds.memory)),
        (
            "the result",
            f"{_size(bounds.result_bytes)}, {bounds.result_depth} levels deep, {bounds.result_nodes:,} values",
        ),
        ("the log of a call", f"{_size(bounds.log_bytes)} and {bounds.log_lines:,} lines; what is more is cut"),
        (
            "`http` of a call",
            f"{http_service.MAX_CALLS} calls, {http_service.MAX_SECONDS:g} s and {_size(http_service.MAX_BYTES)} each",
        ),
        ("`store` of an integration", store),
        ("`timeout` of an outgoing request", f"{MAX_TIMEOUT_MS:,} ms"),
        ("the answer to an outgoing request", f"{_size(MAX_ANSWER)}; of more, `truncated` is true"),
    ]
    return "\n".join(["| | at most |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)])


def _size(number: int) -> str:
    return f"{number // 2**20} MiB" if number >= 2**20 else f"{number // 2**10} KiB"


def main() -> None:
    README.write_text(filled(README.read_text()))


if __name__ == "__main__":
    main()
