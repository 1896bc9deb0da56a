from dataclasses import dataclass, field
from functools import partial

from engine.store.weight import weight

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Record:
    body: bytes
    inner: "list[dict[str, object]]" = field(default_factory=list)


def nothing(*values: object, **named: object) -> None:
    pass


def test_arguments_weigh_what_their_text_and_bytes_do() -> None:
    assert weight(nothing) < 1_000
    assert MIB < weight(partial(nothing, b"x" * MIB)) < MIB + 1_000
    assert MIB < weight(partial(nothing, body=Record(b"", [{"deep": ["x" * MIB]}]))) < MIB + 2_000
    assert 3 * MIB < weight(partial(partial(nothing, Record(b"x" * MIB)), {"x" * MIB: ("y" * MIB,)})) < 3 * MIB + 2_000


def test_what_a_closure_caught_weighs_too() -> None:
    def caught(body: bytes) -> None:
        def late() -> None:
            assert body and unbound

        assert weight(late) > MIB
        unbound = True

    caught(b"x" * MIB)


def test_many_values_weigh_about_what_all_of_them_do() -> None:
    text = "x" * 100
    whole = 100_000 * (64 + len(text))
    assert 0.9 * whole < weight(partial(nothing, [text] * 100_000)) < 1.1 * whole


def test_a_value_that_contains_itself_has_an_end() -> None:
    endless: list[object] = []
    endless.append(endless)
    assert weight(partial(nothing, endless)) > 0
