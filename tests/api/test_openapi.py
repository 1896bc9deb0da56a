"""The document at `/api/openapi.json`: whole, true to the models, and kept by the server whatever it is sent."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from starlette.routing import Route

from api.app import ENDPOINTS, ROUTES
from api.openapi import detail_of, document
from api.openapi_parts import REF, Json
from engine.params import read_one_of
from tests.api.servers import Running, running

ROOT = Path(__file__).parent.parent.parent
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
# it ends the login that the run lives by
NOT_CALLED = "post logout"
MANY = 20
PARAMETERS = """
[parameters]
"path.integrationId" = "{}"
"path.token" = "{}"
"""


@pytest.fixture(scope="module")
def described() -> Json:
    return document(ENDPOINTS, "1")


def test_every_route_is_described_and_nothing_else(described: Json) -> None:
    routes = set()
    for route in ROUTES:
        assert isinstance(route, Route)
        routes |= {(_unnamed(route.path), method.lower()) for method in (route.methods or set()) - {"HEAD"}}
    assert routes == {
        (_unnamed(path), method) for path, operations in described["paths"].items() for method in operations
    }


def _unnamed(path: str) -> str:
    return re.sub(r"{[^}]+}", "{}", path)


def test_operations_have_names_of_their_own_and_answers(described: Json) -> None:
    operations = [operation for path in described["paths"].values() for operation in path.values()]
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names)
    for operation in operations:
        assert operation["summary"].endswith(".") and {"200", "202"} & set(operation["responses"])
        for answer in operation["responses"].values():
            for content in {} if "$ref" in answer else answer.get("content", {}).values():
                assert "example" in content or content["schema"].get("format") == "binary"


def test_every_reference_leads_somewhere(described: Json) -> None:
    for reference in set(re.findall(r"'\$ref': '#/([^']+)'", str(described))):
        found = described
        for part in reference.split("/"):
            found = found[part]
        assert found


def test_every_code_that_is_not_an_endpoints_own_is_told(described: Json) -> None:
    """Those of routing, of bodies and forms, and of what is no proper HTTP."""
    codes: set[str] = set()
    for file in ("errors", "bodies", "protocol", "routes/uploads"):
        codes |= set(re.findall(r'"(error-[a-z-]+)"', (ROOT / "api" / f"{file}.py").read_text()))
    assert len(codes) > 10
    assert {code for code in codes if code not in str(described["components"]["responses"])} == set()


def test_every_example_of_a_call_is_one_that_the_models_take() -> None:
    for endpoint in ENDPOINTS:
        detail = detail_of(endpoint)
        shapes = detail.shapes or ((endpoint.params.shape,) if endpoint.params.shape is not None else ())
        if shapes and not detail.file:
            read_one_of(detail.sent, shapes)


def test_schemas_are_those_of_the_models(described: Json) -> None:
    for endpoint in ENDPOINTS:
        shape = endpoint.params.shape
        if shape is None:
            continue
        named = {str(field.alias) for field in shape.model_fields.values()}
        operation = described["paths"][f"/api/v1/{endpoint.name}"][endpoint.method.lower()]
        if endpoint.params.source == "query":
            assert {one["name"] for one in operation["parameters"] if one["in"] == "query"} == named
        else:
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
            assert schema == {"$ref": REF.format(model=shape.__name__)}
            assert set(described["components"]["schemas"][shape.__name__].get("properties", {})) == named


def test_it_is_served_to_everybody(server: Running) -> None:
    answer = server.client.get("/api/openapi.json")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    assert answer.json()["openapi"] == "3.1.0" and "/hooks/{integrationId}/{token}" in answer.json()["paths"]


# apart, since what is tried on the API removes integrations
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("paths", ["^/api/v1/", "^/(?!api/v1/)"], ids=["api", "hooks"])
def test_the_server_answers_nothing_but_what_is_described(tmp_path: Path, paths: str) -> None:
    """HOOKCELL_TEST_EXAMPLES says how many examples of each operation are tried; many take every boundary along."""
    examples = int(os.environ.get("HOOKCELL_TEST_EXAMPLES", "2"))
    with running(tmp_path / "data", rate_limit="off", egress_allow="127.0.0.1") as server:
        (tmp_path / "schemathesis.toml").write_text(PARAMETERS.format(*_hook(server)))
        command = [
            str(Path(sys.executable).with_name("schemathesis")),
            "run",
            f"{str(server.client.base_url).rstrip('/')}/api/openapi.json",
            f"--phases=examples,{'coverage,' if examples >= MANY else ''}fuzzing",
            f"--max-examples={examples}",
            f"--checks={CHECKS}",
            f"--include-path-regex={paths}",
            f"--exclude-operation-id={NOT_CALLED}",
            "--generation-deterministic",
            "--suppress-health-check=all",
            "--continue-on-failure",
            "--request-timeout=30",
            "--no-color",
            f"--header=X-Auth-Token:{server.admin.headers['X-Auth-Token']}",
            f"--header=X-User-Id:{server.admin.headers['X-User-Id']}",
        ]
        environment = {**os.environ, "NO_PROXY": "127.0.0.1"}
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-5_000:]


def _hook(server: Running) -> tuple[str, str]:
    body = {
        "type": "webhook-incoming",
        "name": "any",
        "enabled": True,
        "username": "rocket.cat",
        "channel": "#general",
        "scriptEnabled": False,
        "overrideDestinationChannelEnabled": True,
    }
    record = server.admin.post("/api/v1/integrations.create", json=body).json()["integration"]
    return str(record["_id"]), str(record["token"])
