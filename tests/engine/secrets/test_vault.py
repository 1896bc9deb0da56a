from pathlib import Path

import pytest

from engine.secrets import ANYONE, Cipher, Vault
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


async def test_a_secret_of_another_key_is_known_without_its_value(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        await at.secret("old", "value of it", "h.example")
        known = await Vault(at.store, Cipher(tmp_path, "A" * 43 + "=")).known(ID)
        assert known.secrets["old"].value is None and not known.scrubber
        assert known.secrets["old"].scope == ANYONE
