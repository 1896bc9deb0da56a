"""Findings as people, programs and GitHub read them; no line of a script acts on the terminal or the workflow."""

import json
from collections.abc import Iterator

from engine.devtools.checking import Checked
from engine.devtools.places import Part, Places
from engine.model.json import JsonObject


def as_text(checked: Checked) -> list[str]:
    """Each with its place, its line, a caret, and what to write instead."""
    places = Places((Part(str(checked.file), checked.source),))
    return places.error({"diagnostics": list(checked.findings), "stack": ""}) if checked.findings else []


def as_json(checked: Checked) -> Iterator[JsonObject]:
    for finding in checked.findings:
        yield {"file": str(checked.file), **finding}


def json_list(found: list[JsonObject]) -> str:
    return json.dumps(found, indent=1)


def as_github(checked: Checked) -> Iterator[str]:
    """Workflow commands: an error at its place in the file, shown in the pull request."""
    for finding in checked.findings:
        values = {
            "file": str(checked.file),
            "line": finding["line"],
            "endLine": finding["endLine"],
            "col": finding["column"],
            "endColumn": finding["endColumn"],
            "title": f"hookcell {finding['rule']}",
        }
        properties = ",".join(f"{name}={_property(str(value))}" for name, value in values.items())
        told = f"{finding['message']} {finding['hint']}".strip()
        yield f"::error {properties}::{_escaped(told)}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")
