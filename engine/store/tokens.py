"""Login tokens, by their SHA-256 only, and failed tries to log in: all by the database's clock."""

from sqlalchemy import Connection, bindparam, delete, func, select

from engine.model.messages import User
from engine.store.clock import database_ms, read_clock
from engine.store.schema import login_attempts, tokens
from engine.store.statements import Statement
from engine.store.users import get_user

PRUNE_ROWS = 200

_BY_HASH = Statement(
    select(tokens.c.user_id).where(tokens.c.hash == bindparam("wanted"), tokens.c.expires_at > database_ms())
)


def insert_token(connection: Connection, *, hash: str, user_id: str, life_ms: int, keep: int) -> None:
    """Drops the user's expired tokens, and the oldest beyond `keep`."""
    now = read_clock(connection)
    connection.execute(delete(tokens).where(tokens.c.user_id == user_id, tokens.c.expires_at <= now))
    surplus = (
        select(tokens.c.hash)
        .where(tokens.c.user_id == user_id)
        .order_by(tokens.c.created_at.desc(), tokens.c.hash)
        .offset(keep - 1)
        .limit(PRUNE_ROWS)
    )
    connection.execute(delete(tokens).where(tokens.c.hash.in_(surplus.scalar_subquery())))
    row = {"hash": hash, "user_id": user_id, "created_at": now, "expires_at": now + life_ms}
    connection.execute(tokens.insert().values(row))


def user_of_token(connection: Connection, hash: str) -> User | None:
    """The active user whose token this is, if it has not expired."""
    row = _BY_HASH.row(connection, wanted=hash)
    user = None if row is None else get_user(connection, id=row[0])
    return user if user is not None and user.active else None


def delete_token(connection: Connection, hash: str) -> bool:
    return connection.execute(delete(tokens).where(tokens.c.hash == hash)).rowcount == 1


def delete_tokens_of(connection: Connection, user_id: str) -> None:
    connection.execute(delete(tokens).where(tokens.c.user_id == user_id))


def count_attempts(connection: Connection, name: str, address: str, window_ms: int) -> tuple[int, int]:
    """How many tries in the last `window_ms`, and in how many milliseconds the first of them is none of them."""
    now = read_clock(connection)
    statement = select(func.count(), func.min(login_attempts.c.at)).where(
        login_attempts.c.name == name, login_attempts.c.address == address, login_attempts.c.at > now - window_ms
    )
    count, first = connection.execute(statement).one()
    return count, 0 if first is None else first + window_ms - now


def insert_attempt(connection: Connection, *, name: str, address: str, window_ms: int, limit: int) -> bool:
    """Counts a try before it is made, so that many at once cannot pass the limit; False when it is reached.

    Rows are pruned from the oldest on, a bounded number at a time.
    """
    now = read_clock(connection)
    oldest = select(login_attempts.c.id).order_by(login_attempts.c.id).limit(PRUNE_ROWS).scalar_subquery()
    over = login_attempts.c.at <= now - window_ms
    connection.execute(delete(login_attempts).where(login_attempts.c.id.in_(oldest), over))
    count, _ = count_attempts(connection, name, address, window_ms)
    if count >= limit:
        return False
    connection.execute(login_attempts.insert().values(name=name, address=address, at=now))
    return True


def forget_attempts(connection: Connection, name: str, address: str) -> None:
    connection.execute(delete(login_attempts).where(login_attempts.c.name == name, login_attempts.c.address == address))
