"""What `hookcell test` found, as the XML that build servers read."""

import re
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

from engine.devtools.files import FixtureError
from engine.devtools.suite import Tried

# what XML has no way to say
_UNSAYABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(tried: Sequence[Tried]) -> str:
    """A suite for each folder, a case for each payload; what could not be run is an error, not a failure."""
    suites = ElementTree.Element("testsuites")
    for folder in dict.fromkeys(one.folder for one in tried):
        cases = [one for one in tried if one.folder == folder]
        suite = ElementTree.SubElement(
            suites,
            "testsuite",
            name=_said(str(folder)),
            tests=str(len(cases)),
            failures=str(sum(one.state in ("differs", "no-expected") for one in cases)),
            errors=str(sum(one.state == "broken" for one in cases)),
            time=f"{sum(one.seconds for one in cases):.3f}",
        )
        for one in cases:
            _case(suite, one)
    ElementTree.indent(suites)
    return ElementTree.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def write_junit(file: Path, tried: Sequence[Tried]) -> None:
    """Raises FixtureError."""
    try:
        file.write_text(junit(tried), "utf-8")
    except OSError as error:
        raise FixtureError(file, f"cannot be written: {error.strerror}") from None


def _case(suite: ElementTree.Element, tried: Tried) -> None:
    case = ElementTree.SubElement(
        suite,
        "testcase",
        classname=_said(str(tried.folder)),
        name=_said(tried.event or "(the folder)"),
        time=f"{tried.seconds:.3f}",
    )
    if not tried.good:
        kind = "error" if tried.state == "broken" else "failure"
        first = tried.lines[0] if tried.lines else tried.state
        ElementTree.SubElement(case, kind, message=_said(first)).text = _said("\n".join(tried.lines))


def _said(text: str) -> str:
    return _UNSAYABLE.sub("�", text)
