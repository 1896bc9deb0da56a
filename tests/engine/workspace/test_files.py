from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import Connection, func, select, update

from engine.errors import CodedError
from engine.model.files import File
from engine.model.messages import Room
from engine.store import files as stored
from engine.store.clock import read_clock
from engine.store.schema import file_chunks, files
from engine.trace import now_ms
from engine.workspace import file_links
from engine.workspace.files import CHUNK, content_of, showing, shown_once
from engine.workspace.protocol import PostIntent
from tests.engine.workspace.workspaces import Stage, staged

pytestmark = pytest.mark.anyio

GENERAL = Room("GENERAL", "c", "general", 0)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def pieces(data: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(data), CHUNK):
        yield data[start : start + CHUNK]


async def keep(stage: Stage, data: bytes, *, name: str = "a.txt", type: str = "text/plain") -> File:
    return await stage.workspace.files.keep(await stage.admin(), GENERAL, name, type, len(data), pieces(data))


async def show(stage: Stage, file: File) -> str:
    """The id of the message."""
    admin = await stage.admin()
    content = content_of(file, text="", description=None, tmid=None)
    draft = showing(await stage.workspace.resolve(PostIntent(admin.id, "GENERAL", content)), file)
    await stage.store.write(_commit, stage, draft, file)
    return draft.message.id


def _commit(connection: Connection, stage: Stage, draft: object, file: File) -> None:
    shown_once(file, connection, [stage.workspace.commit(connection, draft)])  # type: ignore[arg-type]


def count(connection: Connection) -> tuple[int, int]:
    """Of files and of chunks."""
    of_files = connection.execute(select(func.count()).select_from(files)).scalar_one()
    return of_files, connection.execute(select(func.count()).select_from(file_chunks)).scalar_one()


def make_old(connection: Connection) -> None:
    connection.execute(update(files).values(created_at=files.c.created_at - stored.WAITS_MS - 1))


async def test_a_link_is_good_for_ten_minutes_by_the_databases_clock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # a machine whose own is an hour late
    monkeypatch.setattr(file_links, "now_ms", lambda: now_ms() - 3_600_000)
    async with staged(tmp_path) as stage:
        file = await keep(stage, b"x")
        (expires,) = parse_qs(urlsplit(await stage.workspace.file_links.signed(file)).query)["expires"]
        assert 0 < int(expires) - await stage.store.read(read_clock) <= 600_000


@pytest.mark.parametrize("size", [0, 1, CHUNK, CHUNK + 1])
async def test_the_bytes_come_back_as_they_were(tmp_path: Path, size: int) -> None:
    data = bytes(number % 251 for number in range(size))
    async with staged(tmp_path) as stage:
        file = await keep(stage, data)
        assert b"".join([piece async for piece in stage.workspace.files.read(file)]) == data
        assert await stage.store.read(count) == (1, -(-size // CHUNK))


async def test_a_file_is_shown_by_one_message_and_goes_with_it(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        file = await keep(stage, b"x")
        message_id = await show(stage, file)
        with pytest.raises(CodedError, match="invalid-file"):
            await show(stage, file)
        assert len(await stage.texts("GENERAL")) == 1
        await stage.workspace.messages.delete(await stage.admin(), message_id, "GENERAL", as_author=False)
        assert await stage.store.read(count) == (0, 0)
        with pytest.raises(LookupError):
            [piece async for piece in stage.workspace.files.read(file)]


async def test_files_go_with_their_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored, "FILES_A_WRITE", 1)
    async with staged(tmp_path) as stage:
        for _ in range(3):
            await show(stage, await keep(stage, b"x"))
        await stage.workspace.room_changes.delete(await stage.admin(), "GENERAL")
        assert await stage.store.read(count) == (0, 0)


async def test_a_file_that_no_message_shows_is_taken_away_when_the_next_one_comes(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        shown, forgotten = await keep(stage, b"x"), await keep(stage, b"y")
        await show(stage, shown)
        await stage.store.write(make_old)
        await keep(stage, b"z")
        assert await stage.workspace.files.get(forgotten.id) is None
        assert await stage.workspace.files.get(shown.id) is not None


async def test_all_files_together_have_a_limit(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        file = await keep(stage, b"x" * 1000)
        another = File("another", "GENERAL", file.user_id, "b", "text/plain", 1000, file.created_at)
        room_for_one = 2 * (1000 + stored.OVERHEAD) - 1
        assert not await stage.store.write(stored.insert_file, another, max_bytes=room_for_one)
        assert await stage.store.write(stored.insert_file, another, max_bytes=room_for_one + 1)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\a.txt", "a.txt"),
        ("two\r\nlines\0", "two__lines_"),
        ("..", "file"),
        ("", "file"),
        ("ü ß.txt", "ü ß.txt"),
        ("x" * 300 + ".png", "x" * 251 + ".png"),
    ],
)
async def test_a_name_is_one_of_a_file_and_nothing_else(tmp_path: Path, said: str, kept: str) -> None:
    async with staged(tmp_path) as stage:
        assert (await keep(stage, b"", name=said)).name == kept


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Image/PNG; q=1", "image/png"),
        ("", "application/octet-stream"),
        ("text/html\r\nX-Evil: 1", "application/octet-stream"),
    ],
)
async def test_a_type_is_one_or_that_of_any_bytes(tmp_path: Path, said: str, kept: str) -> None:
    async with staged(tmp_path) as stage:
        assert (await keep(stage, b"", type=said)).type == kept


async def test_a_room_or_a_file_that_goes_while_it_is_uploaded_is_the_senders_error(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        admin = await stage.admin()

        async def with_the_room_deleted() -> AsyncIterator[bytes]:
            yield b"x" * CHUNK
            await stage.workspace.room_changes.delete(admin, "GENERAL")
            yield b"x"

        with pytest.raises(CodedError, match="invalid-file"):
            await stage.workspace.files.keep(admin, GENERAL, "a", "", CHUNK + 1, with_the_room_deleted())
        with pytest.raises(CodedError, match="error-invalid-room"):
            await keep(stage, b"x")
