from pathlib import Path

import pytest

from engine.secrets import ANYONE, Cipher, Vault
from engine.store.secrets import remove_secret
from tests.engine.services.runs import ID, OTHER, desk

pytestmark = pytest.mark.anyio


async def test_an_integration_has_its_own_secrets_and_those_of_everyone_and_its_own_win(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        await at.secret("shared", "everyone's value", "h.example")
        await at.secret("both", "everyone's both", "h.example")
        await at.secret("both", "its own value", "h.example", scope=ID)
        await at.secret("foreign", "another's value", "h.example", scope=OTHER)
        known = await at.kit.vault.known(ID)
        assert {name: secret.value for name, secret in known.secrets.items()} == {
            "shared": "everyone's value",
            "both": "its own value",
        }
        assert known.scrubber.secrets == {"everyone's value", "its own value"}
        assert "value" not in repr(known.secrets["shared"])


async def test_a_change_is_seen_at_once(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        assert (await at.kit.vault.known(ID)).secrets == {}
        await at.secret("new", "value of it", scope=ID, uses=("verify",))
        assert (await at.kit.vault.known(ID)).secrets["new"].value == "value of it"


async def test_a_change_of_another_process_is_seen_at_the_next_use(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        await at.secret("key", "the first value", scope=ID)
        other = Vault(at.store, Cipher(tmp_path), shared=True)
        before = await other.known(ID)
        assert await other.known(ID) is before
        await at.secret("key", "the second value", scope=ID)
        assert (await other.known(ID)).secrets["key"].value == "the second value"
        await at.store.write(remove_secret, ID, "key")
        assert (await other.known(ID)).secrets == {}


async def test_a_change_of_something_else_opens_nothing_anew(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        await at.secret("key", "the value", scope=ID)
        vault = Vault(at.store, Cipher(tmp_path), shared=True)
        before = await vault.known(ID)
        await at.secret("key", "another's value", scope=OTHER)
        assert await vault.known(ID) is before


async def test_what_is_kept_in_memory_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.secrets.vault.MAX_KEPT", 100_000)
    async with desk(tmp_path) as at:
        await at.secret("key", "the value")
        first = await at.kit.vault.known("0")
        for number in range(10):
            assert (await at.kit.vault.known(str(number))).secrets == first.secrets
        assert len(at.kit.vault._kept) == 4 and await at.kit.vault.known("0") is not first


async def test_a_secret_of_another_key_is_known_without_its_value(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        await at.secret("old", "value of it", "h.example")
        known = await Vault(at.store, Cipher(tmp_path, "A" * 43 + "=")).known(ID)
        assert known.secrets["old"].value is None and not known.scrubber
        assert known.secrets["old"].scope == ANYONE
