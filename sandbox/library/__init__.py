"""What a script sees: its builtins, and the modules it can import as frozen facades.

Imported in the zygote before it forks; imports neither the compiler nor the transformer. One call at a time:
`begin` gives the globals that its code runs in, `end` forgets the call.
"""

import __future__

import codecs
import encodings
import hashlib
import importlib
import pkgutil
from typing import Any

from sandbox.guards import SCRIPT_MODULE, TimeLimit, script_classes
from sandbox.library import classes as _classes
from sandbox.library import clock, numbers, state
from sandbox.library import digests as _digests
from sandbox.library import functions as _functions
from sandbox.library import services as _services
from sandbox.library import text as _text
from sandbox.library.builtins import BUILTINS
from sandbox.library.caches import forget_aliases, forget_flags, forget_templates, warm_caches
from sandbox.library.facade import FACADES, Facade, contents, importable, seal
from sandbox.library.imports import missing_import
from sandbox.library.instances import hold_copies
from sandbox.library.state import CallState, ServiceRefused

# Modules that are imported for the facades they make.
_ENTERED = (_classes, _digests, _functions, _services, _text)

__all__ = ["CallState", "ServiceRefused", "TimeLimit", "begin", "end", "library_table", "missing_import", "warm"]

for _parent, _child in (("urllib", "parse"), ("email", "utils"), ("xml.etree", "ElementTree"), ("xml", "etree")):
    Facade(_parent, {_child: FACADES[f"{_parent}.{_child}"]})

# The compiler reads these; at run time the names are bound to something that means nothing.
Facade("__future__", dict.fromkeys(__future__.all_feature_names))
seal()

_GLOBALS: dict[str, Any] = {"__builtins__": BUILTINS, "__name__": SCRIPT_MODULE}


# Whether the latest call has begun a class: without one every value of a script is what it seems.
_classes_made = False


def begin(call: CallState) -> dict[str, Any]:
    """Fresh globals for `exec` of a compiled script; everything per-call starts anew."""
    global _classes_made
    _classes_made = False
    state.call = call
    return _GLOBALS.copy()


def end() -> None:
    """Forget the call: its log, its clock, its classes, the state it left behind modules.

    What runs when that is let go may leave something anew, so it goes on until nothing was found. To be called again
    when leftovers have been collected, which may have run as well.
    """
    global _classes_made
    _classes_made = _classes_made or bool(script_classes)
    while _let_go():
        pass
    script_classes.clear()
    state.IDLE.imported = state.call.imported
    state.call = state.IDLE


def _let_go() -> bool:
    """Takes back what the latest call has left in the library; whether there was something that a script made."""
    found = forget_flags()
    if _classes_made:
        found |= forget_templates()
    imported = state.call.imported
    if imported:
        numbers.forget_random()
        if "typing" in imported:
            found |= forget_aliases()
        if "decimal" in imported:
            found |= numbers.renew_context()
        if "csv" in imported:
            found |= _text.renew_dialects()
    return found


def library_table() -> dict[str, tuple[str, ...]]:
    """Each importable module with its names, sorted."""
    return {title: contents(title) for title in importable()}


def _unheard(text: str, level: str = "print") -> None:
    """The log of a rehearsal."""


_NO_CODECS = {"mbcs", "oem", "cp65001"}


def warm() -> None:
    """Read and import everything that scripts can reach only lazily: afterwards no script opens a file."""
    for name in "_strptime html.entities unicodedata stringprep encodings.idna encodings.punycode".split():
        importlib.import_module(name)
    for module in pkgutil.iter_modules(encodings.__path__):
        if module.name not in _NO_CODECS:
            importlib.import_module(f"encodings.{module.name}")
            try:
                codecs.lookup(module.name)
            except LookupError:
                continue
    clock.load_zones()
    numbers.hold_statistics()
    hold_copies()
    warm_caches()
    for name in sorted(hashlib.algorithms_guaranteed):
        hashlib.new(name)
    for title, script in _REHEARSALS.items():
        begin(CallState(_unheard))
        try:
            exec(compile(script, title, "exec"), _GLOBALS.copy())
        finally:
            end()


_REHEARSALS = {
    "datetime": (
        "import datetime, time, email.utils\n"
        "now = datetime.datetime.now().astimezone()\n"
        "datetime.datetime.strptime(now.strftime('%Y-%m-%d'), '%Y-%m-%d'); time.strptime('2026', '%Y')\n"
        "f'{now:%A}'; email.utils.parsedate_to_datetime('Mon, 20 Nov 1995 19:12:08 -0500')\n"
    ),
    "xml": "import xml.etree.ElementTree as ET\n"
    "ET.tostring(ET.fromstring('<a b=\"1\">c</a>')); ET.Element('a').find('b/c')\n",
    "numbers": (
        "import decimal, statistics, random, uuid, hmac\n"
        "decimal.Decimal('1') / 3; statistics.stdev([1, 2, 4]); random.random(); str(uuid.uuid4())\n"
        "hmac.new(b'k', b'm', 'sha256').hexdigest(); 'b\\N{LATIN SMALL LETTER U WITH DIAERESIS}'.encode('idna')\n"
    ),
    "classes": (
        "import dataclasses, enum, typing, csv, io, json, re, difflib\n"
        "@dataclasses.dataclass\nclass A:\n    b: int = 1\n"
        "repr(A()); enum.Enum('E', 'A B'); typing.List[A]; list(csv.DictReader(io.StringIO('a,b')))\n"
        "json.dumps({'a': [1]}, indent=1); re.sub('(a)', r'\\1', 'a'); list(difflib.unified_diff(['a'], ['b']))\n"
    ),
}
