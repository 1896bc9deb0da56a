"""`api/README.md` is whole and true: every route, setting and error is in it, and its commands run as they stand."""

import ast
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.routing import Route

from api.app import ENDPOINTS, ROUTES
from api.endpoint import Endpoint
from engine import errors
from engine.errors import HookcellError
from engine.settings import Settings
from tests.api.servers import ADMIN_PASS, running

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "api" / "README.md").read_text()
BLOCKS = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
CODE = re.compile(r"[a-z]+([-_][A-Za-z]+)+")
RAISING = {"CodedError", "PlainError", "error", "_bad_name", "_invalid"}


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: f"{endpoint.method} {endpoint.name}")
def test_every_endpoint_is_called(endpoint: Endpoint[Any]) -> None:
    path = re.sub(r"\\{\w+\\}", r"[$\\w]+", re.escape(endpoint.name))
    called = rf"(rc {endpoint.method} [\"']?|api/v1/){path}(?![\w.])"
    assert any(re.search(called, block) for block in BLOCKS)


def test_every_other_route_is_there() -> None:
    for route in ROUTES:
        assert isinstance(route, Route)
        beginning = route.path.partition("/{")[0]
        assert beginning.startswith("/api/v1/") or beginning in README


def test_every_setting_is_there_with_its_default() -> None:
    rows = re.findall(r"^\| `HOOKCELL_(\w+)` \| (.+?) \| .+ \|$", README, re.MULTILINE)
    assert dict(rows) == {
        name.upper(): _shown(field.get_default(call_default_factory=True))
        for name, field in Settings.model_fields.items()
    }
    assert set(re.findall(r"HOOKCELL_(\w+)", README)) <= {name.upper() for name in Settings.model_fields}


def _shown(default: object) -> str:
    match default:
        case None:
            return "unset"
        case False:
            return "off"
        case ():
            return "none"
        case _:
            return f"`{default}`"


def test_every_status_of_an_error_is_there() -> None:
    found = [error for error in vars(errors).values() if isinstance(error, type) and issubclass(error, HookcellError)]
    for status in {error.status for error in found} | {403, 405, 429}:
        assert re.search(rf"^\| {status} \|", README, re.MULTILINE)


def test_every_error_is_there() -> None:
    missing = {message: where for message, where in _raised() if message not in README}
    assert missing == {}


def test_every_code_is_there_wherever_it_is_made() -> None:
    """Also those that are no CodedError: of routing, forms, bodies, and of what is no proper HTTP."""
    codes = {
        node.value
        for file in (*ROOT.glob("engine/**/*.py"), *ROOT.glob("api/**/*.py"))
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch(r"error-[a-z-]+", node.value)
    }
    assert {"error-endpoint-not-found", "error-invalid-form", "error-head-too-large"} <= codes
    assert {code for code in codes if f"`{code}`" not in README} == set()


def _raised() -> Iterator[tuple[str, str]]:
    """Codes and plain messages that are raised somewhere, and where."""
    for file in (*ROOT.glob("engine/**/*.py"), *ROOT.glob("api/**/*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            message = node.args[0].value
            if name in RAISING and isinstance(message, str) and (name == "PlainError" or CODE.fullmatch(message)):
                yield message, str(file.relative_to(ROOT))


@pytest.mark.timeout(120)
def test_its_commands_run_as_they_stand(tmp_path: Path) -> None:
    """One shell runs all of them, in a folder like the one that `make serve` was called in."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "admin-password").write_text(ADMIN_PASS)
    (tmp_path / "README.md").write_text("# hookcell\n")
    with running(tmp_path / "server", registration="open") as server:
        url = str(server.client.base_url).rstrip("/")
        script = "set -eu -o pipefail\n" + "".join(BLOCKS).replace("http://127.0.0.1:3000", url)
        environment = {"PATH": os.environ["PATH"], "NO_PROXY": "127.0.0.1"}
        done = subprocess.run(["bash", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    for line in ("Deployed 1.4.2", '{"success":false,"error":"error-running-script"}', "KeyError: 'version'", "3.1.0"):
        assert line in done.stdout
