"""Lines in, whole inputs out, by looking at the text alone: nothing that was typed is parsed here.

An input goes on while a bracket or a text is open or a line ends with a backslash. A line that ends with a colon, or
begins with a decorator, opens a block; an empty line ends it, and so does a line at the margin that cannot belong to
it. An empty line ends what is open in brackets, too, so that a forgotten one does not swallow the rest.
"""

from dataclasses import dataclass

COMMAND = ":"
MAX_INPUT = 256 * 1024

_GOES_ON = frozenset({"else", "elif", "except", "finally"})


@dataclass(slots=True)
class _Scanner:
    """What is open at the end of the lines seen."""

    depth: int = 0
    quote: str = ""
    joined: bool = False
    last: str = ""
    # a bracket was closed that was never opened: nothing that follows can mend it
    broken: bool = False

    @property
    def open(self) -> bool:
        return not self.broken and (self.depth > 0 or bool(self.quote) or self.joined)

    def see(self, line: str) -> None:
        self.joined = False
        place = 0
        while place < len(line):
            place += self._step(line, place)
        if len(self.quote) == 1 and not self.joined:
            # a text of one line ends with it
            self.quote = ""

    def _step(self, line: str, place: int) -> int:
        """How many characters were understood."""
        char = line[place]
        if char == "\\":
            self.joined = place == len(line) - 1
            return 2
        if self.quote:
            if line.startswith(self.quote, place):
                width, self.quote = len(self.quote), ""
                return width
            return 1
        if char == "#":
            return len(line)
        if char in "\"'":
            self.quote = char * 3 if line.startswith(char * 3, place) else char
            self.last = char
            return len(self.quote)
        if char in "([{":
            self.depth += 1
        elif char in ")]}":
            self.depth -= 1
            self.broken = self.broken or self.depth < 0
        if not char.isspace():
            self.last = char
        return 1


def is_inside_text(typed: str) -> bool:
    """Whether the end of it stands in a text or a comment."""
    scanner = _Scanner()
    *lines, last = typed.split("\n")
    for line in lines:
        scanner.see(line)
    # joined to a line that may follow: so a text of one line stays open, and only a comment is not joined
    scanner.see(last + "\\")
    return scanner.quote != "" or not scanner.joined


def is_whole(typed: str) -> bool:
    """Whether nothing has to follow these lines."""
    reader = Reader()
    for line in typed.split("\n"):
        reader.feed(line)
    return not reader.pending


class Reader:
    """`feed` lines without their ends; `pending` says whether an input has begun."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self._lines: list[str] = []
        self._size = 0
        self._scanner = _Scanner()
        self._block = False
        # the line in which the statement that is open began
        self._began = ""

    @property
    def pending(self) -> bool:
        return bool(self._lines)

    def feed(self, line: str) -> list[str]:
        """The inputs that this line completes."""
        done = self.end() if self._block and not self._scanner.open and self._begins_anew(line) else []
        if not self._lines and line.startswith(COMMAND):
            return [*done, line]
        if not self._scanner.open:
            self._began = line
        self._lines.append(line)
        self._size += len(line)
        self._scanner.see(line)
        empty = not line.strip()
        if self._size > MAX_INPUT or (empty and not self._scanner.quote and self._scanner.depth):
            return [*done, *self.end()]
        if self._scanner.open:
            return done
        self._block = self._block or self._scanner.last == ":" or self._began.startswith("@")
        return done if self._block and not empty else [*done, *self.end()]

    def end(self) -> list[str]:
        """The input so far, complete or not; nothing for one of blanks and comments."""
        lines = self._lines
        self.reset()
        if all(not line.strip() or line.lstrip().startswith("#") for line in lines):
            return []
        return ["\n".join(lines).rstrip()]

    def _begins_anew(self, line: str) -> bool:
        if not line.strip() or line[0].isspace() or line.startswith("#") or self._began.startswith("@"):
            return False
        word = line.partition(":")[0].split(maxsplit=1)
        return not word or word[0] not in _GOES_ON
