"""Who sees which records: four permissions, of two kinds, over all or over one's own."""

from tests.compat.integrations.facts import Answer, Fact
from tests.compat.integrations.rows_read import LIST, MINE, listed
from tests.engine.registries import incoming, outgoing

FOUR = {
    "a": incoming(name="$n: in"),
    "b": outgoing(name="$n: out"),
    "c": ("owner", incoming(name="$n: in of owner")),
    "d": ("owner", outgoing(name="$n: out of owner")),
    "e": ("mixed", outgoing(name="$n: out of mixed")),
}


def sees(who: str, *names: str, strict: Answer | None = None) -> Fact:
    return Fact(f"{who} sees {' and '.join(names) or 'nothing'}", LIST, MINE, listed(*names), strict, who, FOUR)


FACTS = [
    sees("admin", "in", "out", "in of owner", "out of owner", "out of mixed"),
    sees("manager", "in", "out", "in of owner", "out of owner", "out of mixed"),
    sees("owner", "in of owner", "out of owner"),
    sees("insider"),
    sees("outsider"),
    # both own permissions and one over all: the original forgets the latter
    sees("mixed", "in", "in of owner", "out of mixed", strict=listed("out of mixed")),
]
