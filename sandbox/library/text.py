"""Text and data formats: json, re, string, textwrap, html, urllib.parse, base64, csv, io, xml and their like."""

import base64
import binascii
import csv
import difflib
import email.utils
import html
import io
import json
import re
import string
import textwrap
import unicodedata
import urllib.parse
import xml.etree.ElementTree as ElementTree
from typing import Any, Final, NoReturn

from sandbox.guards import allow_writes
from sandbox.library.caches import gated, on_plain_values, plain
from sandbox.library.facade import Facade, named
from sandbox.library.instances import for_instances

Facade(
    "json",
    named(json, "loads dumps JSONDecodeError JSONEncoder"),
    refused={"load": "write json.loads(text)", "dump": "write text = json.dumps(value)"},
)


def _with_flags(function: Any, place: int) -> Any:
    """A function of `re` whose argument at this place is `flags`."""

    def call(*args: Any, **named: Any) -> Any:
        flags = args[place] if len(args) > place else named.get("flags", 0)
        if not isinstance(flags, int):
            raise TypeError(f"flags must be an int, not {type(flags).__name__}: write re.IGNORECASE | re.MULTILINE")
        return function(*[plain(arg) for arg in args], **{name: plain(value) for name, value in named.items()})

    return call


_FLAGS_AT: Final = {
    "compile": 1,
    **dict.fromkeys(("match", "fullmatch", "search", "findall", "finditer"), 2),
    "split": 3,
    **dict.fromkeys(("sub", "subn"), 4),
}

Facade(
    "re",
    {
        **{name: _with_flags(getattr(re, name), place) for name, place in _FLAGS_AT.items()},
        "escape": on_plain_values(re.escape),
        **named(re, "Pattern Match error A ASCII I IGNORECASE L LOCALE M MULTILINE S DOTALL U UNICODE X VERBOSE"),
        **named(re, "NOFLAG RegexFlag"),
    },
    refused={"purge": "patterns are kept for you", "DEBUG": "print the pattern instead", "Scanner": "use finditer"},
)


class _Template(string.Template):
    """Its pattern goes into the cache of `re` as the class says it, flags and all."""

    def __init_subclass__(cls) -> None:
        said = ("idpattern", "braceidpattern", "delimiter", "flags", *(("pattern",) if "pattern" in vars(cls) else ()))
        for name in said:
            setattr(cls, name, plain(getattr(cls, name)))
        if type(flags := cls.flags) is not int:
            raise TypeError(f"flags must be an int, not {type(flags).__name__}: write flags = re.IGNORECASE")
        super().__init_subclass__()


_Template.__name__ = _Template.__qualname__ = "Template"
_Template.__module__ = "string"
Facade(
    "string",
    {
        **named(
            string,
            "ascii_letters ascii_lowercase ascii_uppercase digits hexdigits octdigits punctuation printable whitespace "
            "capwords",
        ),
        "Template": _Template,
    },
    refused={"Formatter": "write text.format(...) or an f-string"},
)


class _TextWrapper(textwrap.TextWrapper):
    # A text of the script may translate by itself, and is given the table: this one cannot be written to.
    unicode_whitespace_trans: Any = "".join(
        chr(textwrap.TextWrapper.unicode_whitespace_trans.get(number, number)) for number in range(ord(" ") + 1)
    )


def wrap(text: str, width: int = 70, **options: Any) -> list[str]:
    return _TextWrapper(width=width, **options).wrap(text)


def fill(text: str, width: int = 70, **options: Any) -> str:
    return _TextWrapper(width=width, **options).fill(text)


def shorten(text: str, width: int, **options: Any) -> str:
    return _TextWrapper(width=width, max_lines=1, **options).fill(" ".join(text.strip().split()))


_TextWrapper.__name__ = _TextWrapper.__qualname__ = "TextWrapper"
_TextWrapper.__module__ = "textwrap"
allow_writes(_TextWrapper)
Facade(
    "textwrap",
    {
        **named(textwrap, "indent dedent"),
        "wrap": wrap,
        "fill": fill,
        "shorten": shorten,
        "TextWrapper": _TextWrapper,
    },
)

Facade("html", named(html, "escape unescape"))

Facade(
    "urllib.parse",
    {
        **{
            name: on_plain_values(getattr(urllib.parse, name))
            for name in "urlparse urljoin urldefrag quote quote_plus quote_from_bytes urlencode".split()
        },
        "urlsplit": on_plain_values(gated(urllib.parse.urlsplit)),
        **named(
            urllib.parse,
            "unquote unquote_plus unquote_to_bytes parse_qs parse_qsl urlunsplit urlunparse SplitResult ParseResult "
            "DefragResult",
        ),
    },
)

Facade(
    "base64",
    named(
        base64,
        "b64encode b64decode standard_b64encode standard_b64decode urlsafe_b64encode urlsafe_b64decode b32encode "
        "b32decode b32hexencode b32hexdecode b16encode b16decode a85encode a85decode b85encode b85decode encodebytes "
        "decodebytes",
    ),
)

Facade(
    "binascii",
    named(
        binascii, "hexlify unhexlify b2a_hex a2b_hex b2a_base64 a2b_base64 b2a_qp a2b_qp crc32 crc_hqx Error Incomplete"
    ),
)

Facade(
    "unicodedata",
    named(
        unicodedata,
        "normalize is_normalized name lookup category bidirectional combining mirrored east_asian_width decomposition "
        "decimal digit numeric unidata_version",
    ),
)

Facade(
    "difflib",
    {
        **named(
            difflib,
            "Differ Match unified_diff context_diff ndiff restore get_close_matches diff_bytes IS_LINE_JUNK "
            "IS_CHARACTER_JUNK",
        ),
        "SequenceMatcher": for_instances(
            difflib.SequenceMatcher, "set_seqs set_seq1 set_seq2 get_matching_blocks get_opcodes quick_ratio"
        ),
    },
    refused={"HtmlDiff": "chat has no HTML: use unified_diff"},
)


class _BytesIO(io.BytesIO):
    def getbuffer(self) -> NoReturn:
        raise AttributeError("getbuffer is not available: write getvalue()")


_BytesIO.__name__ = _BytesIO.__qualname__ = "BytesIO"
_BytesIO.__module__ = "_io"
Facade(
    "io",
    {"StringIO": io.StringIO, "BytesIO": _BytesIO, "SEEK_SET": 0, "SEEK_CUR": 1, "SEEK_END": 2},
    refused={"open": "scripts have no files: use io.StringIO for text in memory"},
)

_DictReader: Final = for_instances(csv.DictReader, "fieldnames")
_DIALECTS: Final = {"excel": csv.excel, "excel-tab": csv.excel_tab, "unix": csv.unix_dialect}


_registered: dict[str, Any] = {}


def renew_dialects() -> bool:
    """Python's dialects and no others; whether there was any other."""
    found = {name: csv.get_dialect(name) for name in csv.list_dialects()}
    if found == _registered:
        return False
    for name in found:
        csv.unregister_dialect(name)
    for name, dialect in _DIALECTS.items():
        csv.register_dialect(name, dialect)
    _registered.update((name, csv.get_dialect(name)) for name in csv.list_dialects())
    return True


def register_dialect(name: Any, *args: Any, **options: Any) -> None:
    csv.register_dialect(plain(name), *args, **options)


Facade(
    "csv",
    {
        **named(
            csv,
            "reader writer DictWriter Dialect Sniffer Error excel excel_tab unix_dialect unregister_dialect "
            "get_dialect list_dialects QUOTE_ALL QUOTE_MINIMAL QUOTE_NONE QUOTE_NONNUMERIC",
        ),
        "DictReader": _DictReader,
        "register_dialect": register_dialect,
    },
    refused={"field_size_limit": "a field may be as long as the limits of a call allow"},
    renew=renew_dialects,
)

allow_writes(_DictReader, csv.DictWriter, csv.Sniffer)

Facade(
    "email.utils",
    named(
        email.utils,
        "parseaddr formataddr getaddresses parsedate parsedate_tz parsedate_to_datetime format_datetime "
        "mktime_tz quote unquote",
    ),
    refused={"make_msgid": "use uuid.uuid4()", "formatdate": "write format_datetime(datetime.now(timezone.utc))"},
)


class _NoDoctype(ElementTree.TreeBuilder):
    """Entities are declared in a DOCTYPE, and a short one can grow to gigabytes."""

    def doctype(self, name: str, pubid: str | None, system: str | None) -> NoReturn:
        raise ElementTree.ParseError("a DOCTYPE is not accepted: it can declare entities that grow without bound")


def fromstring(text: Any, parser: None = None) -> ElementTree.Element:
    """ElementTree's `fromstring` without DOCTYPE, entities and parsers of one's own."""
    if parser is not None:
        raise TypeError("fromstring() takes no parser here")
    reader = ElementTree.XMLParser(target=_NoDoctype())
    reader.feed(plain(text))
    element: ElementTree.Element = reader.close()
    return element


allow_writes(ElementTree.Element)
Facade(
    "xml.etree.ElementTree",
    {
        **named(
            ElementTree,
            "Element SubElement tostring iselement indent ParseError Comment CDATA QName".replace(" CDATA", ""),
        ),
        "fromstring": fromstring,
        "XML": fromstring,
    },
    refused={"parse": "write fromstring(text)", "register_namespace": "write the prefix in the tag names"},
)
