"""Scripts that call everything in a facade, and everything it hands out, with values that lie about themselves."""

import sys
from collections.abc import Iterator
from typing import Final

from sandbox.library import library_table

# These go on for ever with what they are given, or take as long as they are told to.
ENDLESS: Final = frozenset("cycle count repeat scrypt pbkdf2_hmac".split())
TOO_SLOW: Final = frozenset({"email.utils"})
# Written in C, it never lets go of a single constraint, which it refuses: a leak of Python's that leads nowhere.
LEAKING: Final = frozenset({"TypeVar"} if sys.version_info >= (3, 12) else ())

LIES: Final = """
def left():
    try:
        yield 1
    finally:
        pass
def gen():
    g = left()
    next(g)
    return g
class S(str):
    def __hash__(self): return hash("a")
    def __eq__(self, o): return True
    def encode(self, *a): return B(b"zz")
    def lower(self): return self
    def strip(self, *a): return self
    def split(self, *a): return [self, self]
    def replace(self, *a): return self
    def decode(self, *a): return self
class L(int):
    def __hash__(self): return hash(2)
    def __eq__(self, o): return True
    def __or__(self, o): return self
    def __ror__(self, o): return self
    def __and__(self, o): return self
    def __rand__(self, o): return self
    def __index__(self): return self
    def __lt__(self, o): return False
class B(bytes):
    def __hash__(self): return hash(b"a")
    def __eq__(self, o): return True
    def __iter__(self): yield L(1)
    def decode(self, *a): return S("q")
    def rstrip(self, *a): return self
class O:
    def __hash__(self): return hash("a")
    def __eq__(self, o): return True
    def __str__(self): return S("o")
    def __len__(self): return 1
    def __iter__(self): return iter([S("i"), L(1)])
    def __getitem__(self, k): return S("x")
    def __call__(self, *a, **k): return S("c")
    def __bool__(self): return True
    def __float__(self): return 1.5
    def __int__(self): return 3
    def __add__(self, o): return self
    def decode(self, *a): return S("d")
    numerator = denominator = L(3)
    def as_integer_ratio(self): return (L(1), L(3))
def arms():
    out = [S("a"), S("http://a/b?c#d"), L(2), B(b"a"), O(), [S("a"), L(2)], {S("a"): L(1)}, (S("a"), O()), gen()]
    for x in out[:5]:
        x.kept = gen()
    return out
NAMES = (
    "decode value update copy find findall findtext iterfind sub match split register encode geturl "
    "substitute safe_substitute strftime isoformat replace format astimezone set_seqs sniff has_header writerow writerows wrap fill "
    "compare hexdigest seed setstate shuffle sample choice default iterencode formatmonth monthdayscalendar utcoffset fromkeys elements "
    "subtract new_child clear quantize create_decimal is_integer limit_denominator cache_clear cache_info set get append extend iter "
    "feed expand group read write getvalue readline "
).split()
def poke(thing, depth):
    arms_ = arms()
    for i, first in enumerate(arms_):
        for rest in ((), (arms_[0],), (arms_[2],), (arms_[4],), (arms_[0], arms_[2]), (arms_[0], arms_[8], arms_[2])):
            try:
                made = thing(first, *rest)
            except Exception:
                continue
            if depth:
                for n in NAMES:
                    try:
                        f = getattr(made, n)
                    except Exception:
                        continue
                    for a in ((), (arms_[0],), (arms_[1],), (arms_[4],), (arms_[8],), (arms_[0], arms_[4]), (arms_[2], arms_[0])):
                        try:
                            f(*a)
                        except Exception:
                            pass
def process_incoming(request):
    for thing in THINGS:
        poke(thing, 1)
"""


def proddings() -> Iterator[tuple[str, str]]:
    """(title, script) for each module that has functions or classes."""
    for title, names in library_table().items():
        if (
            names
            and not title.startswith("hookcell")
            and title not in TOO_SLOW | {"urllib", "email", "xml", "xml.etree"}
        ):
            things = ", ".join(f"module.{name}" for name in names if name not in ENDLESS | LEAKING)
            yield title, f"import {title} as module\n{LIES}\nTHINGS = [{things}]\n"
