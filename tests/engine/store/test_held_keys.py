"""Turns at keys that only PostgreSQL's own locks can decide."""

from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection, event

from engine.store.held_keys import commit_keys, take_key
from tests.dialects import kept_in, settings_at
from tests.engine.store.stores import either

pytestmark = pytest.mark.anyio


async def test_a_key_whose_time_ends_during_the_commit_is_nobody_elses_before_it(tmp_path: Path) -> None:
    tries: list[str] = []

    def take_away(*_: object) -> None:
        # as soon as the run was found to have the key
        if not tries:
            with psycopg.connect(settings_at(tmp_path)["database_url"], autocommit=True) as another:
                another.execute("SET lock_timeout = 100")
                try:
                    tries.append(another.execute("DELETE FROM held_keys").statusmessage or "")
                except psycopg.errors.LockNotAvailable:
                    tries.append("locked")

    def commit(connection: Connection) -> None:
        event.listen(connection, "after_cursor_execute", take_away)
        commit_keys(connection, "run", frozenset({"k"}))

    with kept_in("postgresql", tmp_path):
        async with either(tmp_path) as store:
            await store.write(take_key, "integration", "k", "run", 60_000)
            await store.write(commit)
    assert tries == ["locked"]
