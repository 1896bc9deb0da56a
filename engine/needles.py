"""Which of many texts occur in a longer one, in one pass over it however many they are.

A text of 15 bytes, wherever it occurs, covers one of the places that are multiples of eight with all eight bytes there.
So the eight bytes at every such place are looked up among those of all texts; what was found there is looked for by
itself. Shorter ones are looked for by fours, and the few that are shorter still each by themselves.
"""

from collections.abc import Iterable, Iterator
from typing import Final, Literal

_WIDTHS: Final[tuple[tuple[int, Literal["Q", "I"]], ...]] = ((8, "Q"), (4, "I"))
# Between two pieces another thread has its turn.
_PIECE: Final = 128 * 1024


class Needles:
    """`texts` are none of them empty."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._order = {text: place for place, text in enumerate(dict.fromkeys(texts))}
        self._short: list[str] = []
        self._words: dict[int, dict[int, list[str]]] = {width: {} for width, _ in _WIDTHS}
        for text in self._order:
            data = text.encode(errors="surrogatepass")
            for width, code in _WIDTHS:
                if len(data) >= 2 * width - 1:
                    for start in range(width):
                        word = memoryview(data[start : start + width]).cast(code)[0]
                        self._words[width].setdefault(word, []).append(text)
                    break
            else:
                self._short.append(text)
        self._known = {width: frozenset(words) for width, words in self._words.items()}

    def __len__(self) -> int:
        return len(self._order)

    @property
    def characters(self) -> int:
        return sum(map(len, self._order))

    def within(self, text: str) -> list[str]:
        """Those that occur in the text, in the order in which they were given."""
        found = {needle for needle in {*self._short, *self._candidates(text)} if needle in text}
        return sorted(found, key=self._order.__getitem__)

    def any_within(self, text: str) -> bool:
        return any(needle in text for needle in {*self._short, *self._candidates(text)})

    def _candidates(self, text: str) -> Iterator[str]:
        data = memoryview(text.encode(errors="surrogatepass"))
        for width, code in _WIDTHS:
            if known := self._known[width]:
                for start in range(0, len(data), _PIECE):
                    piece = data[start : start + _PIECE]
                    for word in known.intersection(piece[: len(piece) // width * width].cast(code)):
                        yield from self._words[width][word]
