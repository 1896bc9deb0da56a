from pathlib import Path

from sandbox.memory import allowed, machine_memory

UNIFIED = "0::/system.slice/hookcell.service\n"
V1 = "8:pids:/\n4:memory:/docker/0123\n0::/\n"
UNLIMITED = 9223372036854771712


def bounds(folder: Path, own: str, groups: dict[str, str]) -> list[int]:
    """What is allowed where the files of these groups hold this."""
    for name, text in groups.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return allowed(own, ((folder, "memory.max"), (folder / "memory", "memory.limit_in_bytes")))


def test_a_services_own_group_bounds_it(tmp_path: Path) -> None:
    assert bounds(tmp_path, UNIFIED, {"system.slice/hookcell.service/memory.max": "1000\n"}) == [1000]


def test_the_groups_above_bound_as_well_and_those_without_a_limit_do_not(tmp_path: Path) -> None:
    groups = {"system.slice/hookcell.service/memory.max": "max\n", "system.slice/memory.max": "3000\n"}
    assert bounds(tmp_path, UNIFIED, groups) == [3000]


def test_a_containers_group_is_found_whatever_path_the_host_calls_it_by(tmp_path: Path) -> None:
    assert bounds(tmp_path, UNIFIED, {"memory.max": "2000\n"}) == [2000]
    assert bounds(tmp_path, V1, {"memory/memory.limit_in_bytes": f"{UNLIMITED}\n"}) != []


def test_the_first_version_has_files_of_its_own(tmp_path: Path) -> None:
    groups = {"memory/docker/0123/memory.limit_in_bytes": "500\n", "memory/memory.limit_in_bytes": f"{UNLIMITED}\n"}
    assert min(bounds(tmp_path, V1, groups)) == 500


def test_without_control_groups_nothing_is_said(tmp_path: Path) -> None:
    for own in ("", UNIFIED, V1, "not a line of it\n"):
        assert bounds(tmp_path, own, {}) == []
    assert machine_memory() > 0
