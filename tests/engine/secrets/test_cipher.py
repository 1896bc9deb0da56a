import base64
import os
from pathlib import Path

import pytest

from engine.errors import CannotStart
from engine.secrets import Cipher

VALUE = "välue\n"


def key() -> str:
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


def test_a_value_comes_back_and_the_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    sealed = Cipher(tmp_path).seal("*", "name", VALUE)
    file = tmp_path / "secret.key"
    assert file.stat().st_mode & 0o777 == 0o600
    assert VALUE.encode() not in sealed
    assert Cipher(tmp_path).unseal("*", "name", sealed) == VALUE


def test_no_key_is_made_before_there_is_something_to_encrypt(tmp_path: Path) -> None:
    assert Cipher(tmp_path).unseal("*", "name", b"") is None
    assert list(tmp_path.iterdir()) == []


def test_what_was_sealed_for_one_place_means_nothing_in_another(tmp_path: Path) -> None:
    cipher = Cipher(tmp_path)
    sealed = cipher.seal("integration", "name", VALUE)
    assert cipher.unseal("*", "name", sealed) is None
    assert cipher.unseal("integration", "other", sealed) is None
    assert cipher.unseal("integration", "name", sealed[:-4] + b"AAAA") is None


def test_a_new_key_is_put_in_front_of_the_old_one(tmp_path: Path) -> None:
    old, new = key(), key()
    sealed = Cipher(tmp_path, old).seal("*", "name", VALUE)
    assert Cipher(tmp_path, new).unseal("*", "name", sealed) is None
    both = Cipher(tmp_path, f"{new}, {old}")
    assert both.unseal("*", "name", sealed) == VALUE
    assert Cipher(tmp_path, new).unseal("*", "name", both.seal("*", "name", VALUE)) == VALUE
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("bad", ["", "short", "x" * 44, "é"])
def test_a_setting_that_is_no_key_keeps_the_server_from_starting(tmp_path: Path, bad: str) -> None:
    with pytest.raises(CannotStart, match="HOOKCELL_ENCRYPTION_KEY holds no encryption key. A key is 32 bytes"):
        Cipher(tmp_path, bad)


def test_a_key_that_others_may_read_keeps_the_server_from_starting(tmp_path: Path) -> None:
    file = tmp_path / "secret.key"
    file.write_text(key())
    file.chmod(0o640)
    with pytest.raises(CannotStart, match="may be read by others; run: chmod 600"):
        Cipher(tmp_path)
