import asyncio
from pathlib import Path

import pytest

from engine.devtools.opening import local_scripts
from engine.doctor import DOES, System, examine, is_fit, this_system, unsupported
from engine.errors import CannotStart
from engine.runtime import Engine
from engine.scripts import NEEDED_LAYERS, Tried
from engine.settings import Settings

LINUX = System("linux", "x86_64", "6.1.0", root=False)
FULL = frozenset({"seccomp", "rlimits", "pdeathsig", "landlock", "uid", "namespace:net", "namespace:ipc"})
HELD = (Tried("open", True, "PermissionError"),)


def missing(*names: str, system: System = LINUX) -> dict[str, str]:
    return {layer.name: layer.advice for layer in examine(FULL - set(names), system) if not layer.in_force}


def test_this_system_is_fit_and_every_layer_is_told() -> None:
    async def found() -> tuple[frozenset[str], tuple[Tried, ...]]:
        async with local_scripts() as running:
            return running.layers, await running.self_test()

    told, tried = asyncio.run(found())
    layers = examine(told, this_system())
    assert [layer.name for layer in layers] == list(DOES)
    assert is_fit(layers, tried)


def test_a_full_system_has_no_advice() -> None:
    layers = examine(FULL, LINUX)
    assert not any(layer.advice for layer in layers) and is_fit(layers, HELD)
    assert layers[-1].does.endswith("(ipc, net)")


@pytest.mark.parametrize("name", sorted(NEEDED_LAYERS))
def test_a_needed_layer_that_is_missing_makes_a_system_unfit_and_says_the_way_out(name: str) -> None:
    assert not is_fit(examine(FULL - {name}, LINUX), HELD)
    assert "HOOKCELL_ALLOW_WEAK_SANDBOX=1" in missing(name)[name]


@pytest.mark.parametrize("name", ["landlock", "uid", "namespace:net"])
def test_an_optional_layer_that_is_missing_is_advised_and_no_more(name: str) -> None:
    assert is_fit(examine(FULL - {name, "namespace:ipc"}, LINUX), HELD)
    (advice,) = missing(name, "namespace:ipc").values() if name == "namespace:net" else [missing(name)[name]]
    assert advice.startswith("Optional.")


def test_the_advice_names_kernel_and_container() -> None:
    assert "5.13" in missing("landlock")["landlock"] and "6.1.0" in missing("landlock")["landlock"]
    assert "Docker" in missing("seccomp")["seccomp"]
    assert "unprivileged user" in missing("namespace:net", "namespace:ipc")["namespaces"]


def test_what_a_cell_was_not_kept_from_makes_a_system_unfit() -> None:
    assert not is_fit(examine(FULL, LINUX), (*HELD, Tried("fork", False, "it could")))


def test_other_systems_and_architectures_are_named() -> None:
    assert unsupported(LINUX) is None and unsupported(System("linux", "aarch64", "6.1", root=True)) is None
    assert "darwin" in (unsupported(System("darwin", "arm64", "24.0", root=False)) or "")
    riscv = System("linux", "riscv64", "6.1", root=False)
    assert "riscv64" in (unsupported(riscv) or "")
    advice = missing("seccomp", system=riscv)["seccomp"]
    assert "riscv64" in advice and advice.count("HOOKCELL_ALLOW_WEAK_SANDBOX") == 1


def test_the_server_refuses_to_start_without_a_needed_layer_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("engine.scripts.calling.NEEDED_LAYERS", NEEDED_LAYERS | {"a layer that no system has"})

    async def start(allow: bool, data: Path) -> bool:
        engine = await Engine.start(Settings(data=data, allow_weak_sandbox=allow))
        await engine.stop()
        return engine.sandbox_is_full

    with pytest.raises(CannotStart, match="a layer that no system has .*HOOKCELL_ALLOW_WEAK_SANDBOX=1"):
        asyncio.run(start(False, tmp_path / "strict"))
    assert asyncio.run(start(True, tmp_path / "weak")) is False
