"""Uploaded files: a row for each, and its bytes in numbered chunks, read and written one at a time.

A file goes with its message and with its room. One that waits for its message longer than `WAITS_MS` is taken away
when the next one comes.
"""

from sqlalchemy import Connection, LargeBinary, delete, func, insert, literal, select, update

from engine.model.files import File
from engine.store.schema import file_chunks, files

MAX_BYTES = 1024**3
# what a file counts beside its bytes, so that empty ones are not without number
OVERHEAD = 4096
WAITS_MS = 3_600_000
# of ten MiB each: what one transaction may delete
FILES_A_WRITE = 4


def insert_file(connection: Connection, file: File, *, max_bytes: int = MAX_BYTES) -> bool:
    """False when all files together would be more than `max_bytes`. The room must be there."""
    late = select(files.c.id).where(files.c.message_id.is_(None), files.c.created_at < file.created_at - WAITS_MS)
    connection.execute(delete(files).where(files.c.id.in_(late.limit(FILES_A_WRITE))))
    held = connection.execute(select(func.coalesce(func.sum(files.c.size + OVERHEAD), 0))).scalar_one()
    if held + file.size + OVERHEAD > max_bytes:
        return False
    connection.execute(insert(files).values({name: getattr(file, name) for name in files.c.keys()}))
    return True


def insert_chunk(connection: Connection, file_id: str, number: int, data: bytes) -> bool:
    """False when the file is gone."""
    row = select(files.c.id, literal(number), literal(data, LargeBinary)).where(files.c.id == file_id)
    return connection.execute(insert(file_chunks).from_select(["file_id", "number", "data"], row)).rowcount == 1


def get_file(connection: Connection, id: str) -> File | None:
    row = connection.execute(select(files).where(files.c.id == id)).one_or_none()
    return None if row is None else File(**row._mapping)


def file_of_message(connection: Connection, message_id: str) -> File | None:
    row = connection.execute(select(files).where(files.c.message_id == message_id)).one_or_none()
    return None if row is None else File(**row._mapping)


def get_chunk(connection: Connection, file_id: str, number: int) -> bytes | None:
    wanted = (file_chunks.c.file_id == file_id, file_chunks.c.number == number)
    data: bytes | None = connection.execute(select(file_chunks.c.data).where(*wanted)).scalar_one_or_none()
    return data


def give_message(connection: Connection, file_id: str, message_id: str) -> bool:
    """False when the file has one already, or is gone."""
    statement = update(files).where(files.c.id == file_id, files.c.message_id.is_(None))
    return connection.execute(statement.values(message_id=message_id)).rowcount == 1


def delete_of_message(connection: Connection, message_id: str) -> None:
    connection.execute(delete(files).where(files.c.message_id == message_id))


def delete_some(connection: Connection, room_id: str) -> int:
    """Deletes a few files of the room; how many, 0 when none is left."""
    some = select(files.c.id).where(files.c.room_id == room_id).limit(FILES_A_WRITE)
    return connection.execute(delete(files).where(files.c.id.in_(some))).rowcount
