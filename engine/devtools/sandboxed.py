"""The sandbox as the author's commands start it, without server and database."""

from collections import OrderedDict
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

from engine.scripts import Scripts

CODES_KEPT = 16


class NotRunnable(Exception):
    """The script does not compile, does not load or has no such hook: `lines` say where and what to do."""

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


class CodeInMemory:
    """The compiled code of the scripts opened last."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, bytes] = OrderedDict()

    async def load(self, key: str) -> bytes | None:
        return self._kept.get(key)

    async def store(self, key: str, code: bytes, hooks: tuple[str, ...]) -> None:
        self._kept[key] = code
        if len(self._kept) > CODES_KEPT:
            self._kept.popitem(last=False)


@asynccontextmanager
async def local_scripts() -> AsyncGenerator[Scripts]:
    """Raises CannotStart when no script can be run on this system."""
    codes = CodeInMemory()
    scripts = Scripts(load_code=codes.load, store_code=codes.store)
    await scripts.start()
    try:
        yield scripts
    finally:
        await scripts.close()
