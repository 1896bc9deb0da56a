import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from engine.errors import CannotStart, DataLocked
from engine.store.lock import DataLock

HOLDER = """
import sys
from pathlib import Path
from engine.store.lock import DataLock
lock = DataLock(Path(sys.argv[1]))
print("locked", flush=True)
sys.stdin.read()
"""


def test_a_second_process_is_refused_by_name_of_the_first_and_may_follow_it(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(data)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"locked\n"
        with pytest.raises(DataLocked) as refusal:
            DataLock(data)
        assert f"Process {holder.pid} " in str(refusal.value)
        assert "HOOKCELL_DATABASE_URL=postgresql://" in str(refusal.value)
        assert refusal.value.exit_code == 3
        holder.kill()
    DataLock(data).release()


def test_the_lock_is_let_go_and_names_its_process(tmp_path: Path) -> None:
    lock = DataLock(tmp_path)
    assert (tmp_path / "hookcell.lock").read_text() == f"{os.getpid()}\n"
    with pytest.raises(DataLocked):
        DataLock(tmp_path)
    lock.release()
    DataLock(tmp_path).release()


def test_a_new_data_folder_is_for_its_owner_only(tmp_path: Path) -> None:
    DataLock(tmp_path / "some" / "data").release()
    assert stat.S_IMODE((tmp_path / "some" / "data").stat().st_mode) == 0o700


def test_a_folder_that_cannot_be_made_is_named_with_the_setting(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotStart, match=r"file/data cannot be used .* HOOKCELL_DATA"):
        DataLock(tmp_path / "file" / "data")
