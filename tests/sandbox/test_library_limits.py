import pytest

from sandbox.library.arithmetic import MAX_INTEGER_BITS
from tests.sandbox.scripting import result, run

CAPPED = [
    "x = 10**9\n'x' * x",
    "x = 10**9\nx * [1]",
    "'x' * 10**9",
    "x = 10**9\ny = 'x'\ny *= x",
    "x = 9**9\n9**x",
    "9**9**9",
    "pow(9, 9**9)",
    "x = 10**9\n1 << x",
    "x = 1\nx <<= 10**9",
    "x = 7\nx **= 10**8",
    "import operator\noperator.mul('x', 10**9)",
    "import operator\noperator.pow(9, 10**9)",
    "import operator\noperator.lshift(1, 10**9)",
    "import operator\noperator.imul([1], 10**9)",
    "from functools import reduce\nimport operator\nreduce(operator.mul, [10**6] * 3, 'x')",
    "import math\nmath.factorial(10**7)",
    "import math\nmath.comb(10**8, 10**7)",
    "import math\nmath.prod([2**500_000] * 3)",
    "x = 2**500_000\nx * x * x",
    "from fractions import Fraction\nFraction(3, 2) ** 10**8",
    "import hashlib\nhashlib.pbkdf2_hmac('sha256', b'', b'', 10**9)",
    "class I:\n    def __index__(self): return 10**9\n'x' * I()",
    "class L(list):\n    def __len__(self): return 0\nL([1]) * 10**9",
    "class N(int): pass\n'x' * N(10**9)",
]


@pytest.mark.parametrize("source", CAPPED)
def test_results_out_of_all_proportion_are_refused_before_they_are_made(source: str) -> None:
    with pytest.raises(OverflowError):
        run(source)


WIDE = [
    "w = 10**9\nf'{1:{w}}'",
    "w = 10**9\nf'{1:.{w}f}'",
    "w = 10**9\nf'{1!r:>{w}}'",
    "format(1, '1000000000')",
    "'{:1000000000}'.format(1)",
    "'{:{}}'.format(1, 10**9)",
    "'%1000000000d' % 1",
    "'%.1000000000f' % 1",
    "'%*d' % (10**9, 1)",
    "'%(a)1000000000d' % {'a': 1}",
    "b'%1000000000d' % 1",
    "x = '%1000000000d'\nx %= 1",
    "import operator\noperator.mod('%1000000000d', 1)",
    "int('9' * 5000)",
    "str(10**5000)",
]


@pytest.mark.parametrize("source", WIDE)
def test_widths_and_conversions_have_caps(source: str) -> None:
    with pytest.raises(ValueError, match=r"wide|Exceeds the limit"):
        run(source)


def test_numbers_below_the_caps_are_python_s_own() -> None:
    assert result("result = (2**1000) * (2**1000) == 2**2000 and 'ab' * 1000 == 'ab' * 1000") is True
    assert result(f"result = (1 << {MAX_INTEGER_BITS - 2}).bit_length()") == MAX_INTEGER_BITS - 1


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        '<!DOCTYPE lolz [<!ENTITY l "lol"><!ENTITY m "&l;&l;&l;&l;&l;&l;&l;&l;">]><lolz>&m;</lolz>',
        '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        '<?xml version="1.0"?><!DOCTYPE a><a/>',
    ],
)
def test_xml_with_a_doctype_is_refused(text: str) -> None:
    source = f"import xml.etree.ElementTree as ET\ntry:\n    ET.fromstring({text!r})\nexcept ET.ParseError as e:\n    result = str(e)"
    assert "DOCTYPE" in result(source)
    encoded = source.replace(repr(text), f"{text!r}.encode('utf-16')")
    assert "DOCTYPE" in result(encoded)


@pytest.mark.parametrize(
    "source",
    [
        "import io\nio.BytesIO().getbuffer()",
        "import io\nio.open('x')",
        "import uuid\nuuid.uuid1()",
        "import string\nstring.Formatter()",
        "import xml.etree.ElementTree as ET\nET.parse('x')",
        "import xml.etree.ElementTree as ET\nET.register_namespace('a', 'b')",
        "import functools\nfunctools.update_wrapper(print, print)",
        "import functools\nfunctools.singledispatch(print)",
        "import typing\ntyping.get_type_hints(print)",
        "import dataclasses\ndataclasses.make_dataclass('A', ['x'])",
        "import collections\ncollections.UserString('x')",
        "import collections\ncollections.abc",
        "import random\nrandom.setstate(1)",
        "import csv\ncsv.field_size_limit(1)",
        "import base64\nbase64.main()",
        "import hashlib\nhashlib.file_digest",
        "import re\nre.enum",
        "import json\njson.codecs",
        "import email.utils\nemail.utils.socket",
        "from zoneinfo import ZoneInfo\nZoneInfo.clear_cache()",
        "from zoneinfo import ZoneInfo\nZoneInfo.no_cache('UTC')",
        "from zoneinfo import ZoneInfo\nZoneInfo.from_file(None)",
        "import decimal\ndecimal.DefaultContext",
        "import math\ngetattr(math, '__loader__')",
    ],
)
def test_what_a_facade_leaves_out_is_not_there(source: str) -> None:
    with pytest.raises(AttributeError):
        run(source)
