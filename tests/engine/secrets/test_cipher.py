import base64
import os
import resource
from pathlib import Path

import pytest

from engine.errors import CannotStart, CodedError
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


def test_a_key_that_cannot_be_read_or_kept_says_where_and_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "secret.key"
    file.mkdir(0o700)
    with pytest.raises(CannotStart, match=r"secret.key, the key of all secrets, cannot be read: Is a directory"):
        Cipher(tmp_path)
    gone = Cipher(tmp_path / "not there")
    with pytest.raises(CodedError, match=r"cannot be kept in .*secret.key: No such file or directory. Make room"):
        gone.seal("*", "name", VALUE)
    (tmp_path / "not there").mkdir()
    assert gone.unseal("*", "name", gone.seal("*", "name", VALUE)) == VALUE


def test_of_a_key_that_there_is_no_room_for_nothing_is_left(tmp_path: Path) -> None:
    cipher, before = Cipher(tmp_path), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))
    try:
        with pytest.raises(CodedError, match=r"cannot be kept in .*secret.key: .* Make room"):
            cipher.seal("*", "name", VALUE)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(tmp_path.iterdir()) == []
    sealed = cipher.seal("*", "name", VALUE)
    assert Cipher(tmp_path).unseal("*", "name", sealed) == VALUE


def test_a_key_that_goes_while_the_server_runs_is_put_back_with_the_next_secret(tmp_path: Path) -> None:
    cipher = Cipher(tmp_path)
    before = cipher.seal("*", "name", VALUE)
    (tmp_path / "secret.key").unlink()
    after = cipher.seal("*", "name", VALUE)
    assert [Cipher(tmp_path).unseal("*", "name", sealed) for sealed in (before, after)] == [VALUE, VALUE]


def test_two_that_make_the_key_at_once_have_the_same(tmp_path: Path) -> None:
    one, two = Cipher(tmp_path), Cipher(tmp_path)
    sealed = one.seal("*", "name", VALUE)
    two.seal("*", "other", VALUE)
    assert two.unseal("*", "name", sealed) == VALUE


def test_a_server_among_several_makes_no_key_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(CodedError, match="several servers share need HOOKCELL_ENCRYPTION_KEY, the same for each"):
        Cipher(tmp_path, shared=True).seal("*", "name", VALUE)
    assert list(tmp_path.iterdir()) == []
    common = key()
    sealed = Cipher(tmp_path, common, shared=True).seal("*", "name", VALUE)
    assert Cipher(tmp_path, common, shared=True).unseal("*", "name", sealed) == VALUE
