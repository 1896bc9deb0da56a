"""Uploaded files. Their bytes are stored first, a chunk at a time; the message that shows one makes it a file of the
room, in the transaction that posts it. What is never shown is taken away again.
"""

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from urllib.parse import quote

from sqlalchemy import Connection

from engine.errors import CodedError
from engine.ids import new_id
from engine.model.files import File
from engine.model.json import JsonObject
from engine.model.messages import MessageContent, Room, User
from engine.store import files, rooms
from engine.store.clock import read_clock
from engine.store.database import Store
from engine.workspace.protocol import Draft, Posted

MAX_FILE = 10 * 1024 * 1024
CHUNK = 256 * 1024
MAX_NAME = 255
ANY_TYPE = "application/octet-stream"

_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,100}/[a-z0-9!#$&^_.+-]{1,100}")


class Files:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def keep(self, user: User, room: Room, name: str, type: str, size: int, data: AsyncIterator[bytes]) -> File:
        """`data` gives `size` bytes, in pieces of CHUNK. Raises CodedError when they cannot be kept."""
        now = await self._store.read(read_clock)
        file = File(new_id(), room.id, user.id, _clean_name(name), _clean_type(type), size, now)
        await self._store.write(_insert, file)
        number = 0
        async for piece in data:
            if not await self._store.write(files.insert_chunk, file.id, number, piece):
                raise _gone()
            number += 1
        return file

    async def get(self, id: str) -> File | None:
        return await self._store.read(files.get_file, id)

    async def read(self, file: File) -> AsyncIterator[bytes]:
        """Raises LookupError when the file goes while it is read."""
        for number in range(-(-file.size // CHUNK)):
            piece = await self._store.read(files.get_chunk, file.id, number)
            if piece is None:
                raise LookupError(file.id)
            yield piece


def content_of(file: File, *, text: str, description: str | None, tmid: str | None) -> MessageContent:
    """The message that shows a file."""
    link = path_of(file)
    attachment: JsonObject = {"title": file.name, "type": "file", "title_link": link, "title_link_download": True}
    if description:
        attachment["description"] = description
    family = file.type.partition("/")[0]
    if family in ("image", "audio", "video"):
        attachment |= {f"{family}_url": link, f"{family}_type": file.type, f"{family}_size": file.size}
    return MessageContent(text=text, attachments=(attachment,), tmid=tmid)


def showing(draft: Draft, file: File) -> Draft:
    """The draft with the file in its message."""
    shown: JsonObject = {"_id": file.id, "name": file.name, "type": file.type, "size": file.size}
    body: JsonObject = {**draft.message.body, "file": shown, "files": [shown]}
    return replace(draft, message=replace(draft.message, body=body), upload=file.id)


def shown_once(file: File, connection: Connection, posted: Sequence[Posted]) -> None:
    """The one place where an upload is done: raises CodedError when another message has shown the file already."""
    if not files.give_message(connection, file.id, posted[0].message.id):
        raise _gone()


def _insert(connection: Connection, file: File) -> None:
    if rooms.get_room(connection, id=file.room_id) is None:
        raise CodedError("error-invalid-room", "Invalid room", {"method": "sendFileMessage"})
    if not files.insert_file(connection, file):
        reason = f"All files together may have {files.MAX_BYTES} bytes; delete messages with files"
        raise CodedError("error-file-storage-full", reason)


def _gone() -> CodedError:
    return CodedError("invalid-file", "The file is gone, or a message shows it already")


def path_of(file: File) -> str:
    return f"/file-upload/{file.id}/{quote(file.name)}"


def _clean_name(name: str) -> str:
    """The last part of a path, of printable characters."""
    last = re.split(r"[/\\]", name)[-1]
    printable = "".join(letter if letter.isprintable() else "_" for letter in last).strip()
    return printable[-MAX_NAME:] if printable.strip(".") else "file"


def _clean_type(type: str) -> str:
    bare = type.partition(";")[0].strip().lower()
    return bare if _TYPE.fullmatch(bare) else ANY_TYPE
