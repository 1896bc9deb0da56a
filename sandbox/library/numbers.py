"""Numbers: math, statistics, random, decimal, fractions.

`random` draws from a generator of the call's own, seeded by the kernel at its first use; `decimal` gets a new context
for each call that imports it, and after it.
"""

import decimal
import fractions
import math
import random
import statistics
from collections.abc import Callable
from typing import Any, Final

from sandbox.guards import allow_writes
from sandbox.library.arithmetic import MAX_FACTORIAL, check_bits
from sandbox.library.facade import FACADES, Facade, named
from sandbox.library.instances import for_instances

_MATH: Final = (
    "acos acosh asin asinh atan atan2 atanh cbrt ceil copysign cos cosh degrees dist e erf erfc exp exp2 "
    "expm1 fabs floor fmod frexp fsum gamma gcd hypot inf isclose isfinite isinf isnan isqrt lcm ldexp "
    "lgamma log log10 log1p log2 modf nan nextafter pi pow prod radians remainder sin sinh sqrt tan tanh "
    "tau trunc ulp"
)


def _capped(function: Callable[..., int]) -> Callable[..., int]:
    def call(n: Any, k: Any = None, /) -> int:
        if isinstance(n, int) and n > MAX_FACTORIAL and not (isinstance(k, int) and k <= 64):
            raise OverflowError(f"{function.__name__}() of more than {MAX_FACTORIAL:,} is not available")
        return function(n) if k is None else function(n, k)

    call.__name__ = call.__qualname__ = function.__name__
    return call


def prod(iterable: Any, /, *, start: Any = 1) -> Any:
    """`math.prod`, with the cap on the size of integers."""
    result = start
    for factor in iterable:
        if type(result) is int and type(factor) is int:
            check_bits(result.bit_length() + factor.bit_length())
        result = result * factor
    return result


Facade(
    "math",
    {
        **named(math, _MATH),
        **{name: _capped(getattr(math, name)) for name in ("factorial", "comb", "perm")},
        "prod": prod,
    },
)

Facade(
    "statistics",
    named(
        statistics,
        "mean fmean geometric_mean harmonic_mean median median_low median_high median_grouped mode multimode quantiles "
        "pstdev pvariance stdev variance covariance correlation linear_regression NormalDist LinearRegression "
        "StatisticsError",
    ),
)

_RANDOM: Final = (
    "random uniform triangular randint choice randrange sample shuffle choices normalvariate "
    "lognormvariate expovariate vonmisesvariate gammavariate gauss betavariate paretovariate "
    "weibullvariate getrandbits randbytes seed"
)

_generator: random.Random | None = None


_Random: Final = for_instances(random.Random, "seed setstate gauss")


def forget_random() -> None:
    global _generator
    _generator = None


_coerced: Final = vars(statistics)["_coerce"]


def _coerce(common: type, kind: type) -> type:
    # A result is made by calling the class of the values: that of classes is a metaclass, which makes any class.
    if issubclass(kind, type):
        raise TypeError("a class is not a number")
    coerced: type = _coerced(common, kind)
    return coerced


def hold_statistics() -> None:
    """Once, in the zygote: what `statistics` draws by chance is the call's own, and what it counts are no classes."""
    vars(statistics).update(random=FACADES["random"], _coerce=_coerce)


def _of_the_call(name: str) -> Callable[..., Any]:
    def call(*args: Any, **named: Any) -> Any:
        global _generator
        if _generator is None:
            _generator = random.Random()
        return getattr(_generator, name)(*args, **named)

    call.__name__ = call.__qualname__ = name
    return call


Facade(
    "random",
    {
        **{name: _of_the_call(name) for name in _RANDOM.split()},
        "Random": _Random,
        "SystemRandom": for_instances(random.SystemRandom, "", _Random),
    },
    renew=forget_random,
)


_context: decimal.Context | None = None


def renew_context() -> bool:
    """A new context; whether that of before was one that a script made."""
    global _context
    before, known = decimal.getcontext(), _context
    _context = decimal.Context()
    decimal.setcontext(_context)
    return known is not None and before is not known


Facade(
    "decimal",
    named(
        decimal,
        "Decimal Context getcontext setcontext localcontext DecimalTuple DecimalException InvalidOperation "
        "DivisionByZero Inexact Rounded Clamped Overflow Underflow Subnormal FloatOperation ROUND_CEILING "
        "ROUND_DOWN ROUND_FLOOR ROUND_HALF_DOWN ROUND_HALF_EVEN ROUND_HALF_UP ROUND_UP ROUND_05UP MAX_PREC "
        "MAX_EMAX MIN_EMIN",
    ),
    refused={"DefaultContext": "write decimal.Context()"},
    renew=renew_context,
)
allow_writes(decimal.Context, type(decimal.Context().traps))

Facade("fractions", named(fractions, "Fraction"))
