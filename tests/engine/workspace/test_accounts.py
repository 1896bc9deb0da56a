import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Select, Update, func, select, update

from engine.errors import CodedError, LoginFailed, Unavailable
from engine.store import tokens
from engine.store.schema import login_attempts
from engine.store.schema import tokens as tokens_table
from engine.workspace import accounts
from engine.workspace.passwords import digest_of
from engine.workspace.people import NewUser
from tests.engine.workspace.workspaces import Stage, staged

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("dialect")]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def login(stage: Stage, password: str, address: str = "192.0.2.1") -> str:
    _, token = await stage.workspace.accounts.login(username="admin", digest=digest_of(password), address=address)
    return token


def rows(connection: Connection) -> tuple[int, int]:
    """Of tokens and of counted tries."""
    found = [
        connection.execute(select(func.count()).select_from(t)).scalar_one() for t in (tokens_table, login_attempts)
    ]
    return found[0], found[1]


def value(connection: Connection, statement: Select[Any]) -> Any:
    return connection.execute(statement).scalar_one()


def change(connection: Connection, statement: Update) -> None:
    connection.execute(statement)


async def test_a_token_ends_after_ninety_days(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        token = await login(stage, "pw")
        assert await stage.workspace.accounts.user_of_token(token) == await stage.admin()
        assert (
            await stage.store.read(value, select(tokens_table.c.expires_at - tokens_table.c.created_at))
            == 90 * 24 * 60 * 60 * 1000
        )
        await stage.store.write(change, update(tokens_table).values(expires_at=1))
        assert await stage.workspace.accounts.user_of_token(token) is None
        with pytest.raises(LoginFailed):
            await stage.workspace.accounts.resume(token)
        # and the next login takes what has expired away
        await login(stage, "pw")
        assert (await stage.store.read(rows))[0] == 1


async def test_the_oldest_tokens_of_a_user_go_when_there_are_too_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts, "TOKENS_PER_USER", 3)
    async with staged(tmp_path) as stage:
        made = []
        for _ in range(5):
            made.append(await login(stage, "pw"))
            await asyncio.sleep(0.002)
        good = [await stage.workspace.accounts.user_of_token(token) is not None for token in made]
        assert good == [False, False, True, True, True]


async def test_a_new_password_ends_every_login(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        token = await login(stage, "pw")
        admin = await stage.admin()
        assert await stage.workspace.accounts.set_password(admin.id, "new")
        assert await stage.workspace.accounts.user_of_token(token) is None
        with pytest.raises(LoginFailed):
            await login(stage, "pw")
        assert await login(stage, "new")
        assert not await stage.workspace.accounts.set_password("nobody", "new")


async def test_many_tries_at_once_do_not_pass_the_limit(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        outcomes = await asyncio.gather(*(login(stage, "wrong") for _ in range(30)), return_exceptions=True)
        failed = [one for one in outcomes if isinstance(one, LoginFailed)]
        assert len(failed) <= 10
        assert all(isinstance(one, LoginFailed | CodedError | Unavailable) for one in outcomes)


async def test_a_login_forgets_the_failed_tries_before_it(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        for _ in range(3):
            for _ in range(9):
                with pytest.raises(LoginFailed):
                    await login(stage, "wrong")
            await login(stage, "pw")
        assert (await stage.store.read(rows))[1] == 0


async def test_tries_older_than_five_minutes_do_not_count_and_are_taken_away(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        for _ in range(10):
            with pytest.raises(LoginFailed):
                await login(stage, "wrong")
        with pytest.raises(CodedError, match="error-too-many-requests"):
            await login(stage, "pw")
        await stage.store.write(change, update(login_attempts).values(at=login_attempts.c.at - 300_000))
        assert (await stage.store.read(tokens.count_attempts, "admin", "192.0.2.1", 600_000))[0] == 10
        with pytest.raises(LoginFailed):
            await login(stage, "wrong", address="192.0.2.2")
        assert (await stage.store.read(rows))[1] == 1
        await login(stage, "pw")


async def test_tries_and_tokens_go_by_the_databases_clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    right = time.time_ns
    async with staged(tmp_path) as stage:
        token = await login(stage, "pw")
        outcomes: list[type[BaseException]] = []
        for number in range(24):
            # as two processes do whose clocks are apart
            monkeypatch.setattr("time.time_ns", lambda days=number % 2 * 100: right() + days * 86_400 * 10**9)
            with pytest.raises((LoginFailed, CodedError)) as refusal:
                await login(stage, "wrong")
            outcomes.append(refusal.type)
        assert outcomes == [LoginFailed] * 10 + [CodedError] * 14
        assert await stage.workspace.accounts.user_of_token(token) is not None


async def test_two_who_take_one_name_at_once_are_one_user(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        admin = await stage.admin()
        made = await asyncio.gather(
            *(stage.workspace.people.create(admin, NewUser(name, "x")) for name in ("ada", "Ada", "ADA")),
            return_exceptions=True,
        )
        refused = [one for one in made if isinstance(one, CodedError)]
        assert len(refused) == 2
        assert {one.code for one in refused} == {"error-field-unavailable"}


async def test_a_user_without_a_password_cannot_log_in(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.make("ada")
        for username in ("ada", "rocket.cat"):
            with pytest.raises(LoginFailed):
                await stage.workspace.accounts.login(username=username, digest=digest_of(""), address="192.0.2.1")


async def test_roles_are_given_by_those_who_may(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        ada = await stage.make("ada")
        with pytest.raises(CodedError, match="Adding user is not allowed"):
            await stage.workspace.people.create(ada, NewUser("bob", "Bob"))
