"""What history shows of secrets that are hard to find: those that JSON escapes, and those too short to be looked for."""

import json
from collections.abc import Iterator

import pytest

from tests.api.servers import Running, running
from tests.api.test_services import get, integrate, post


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("data")) as started:
        yield started


# each alone: with several, one that is found would show the others, too
@pytest.mark.parametrize(
    ("value", "typed"),
    [
        ("Zürich-secret-1", "Z\\u00fcrich-secret-1"),
        ('pass"word\\1234', 'pass\\"word\\\\1234'),
        ("abcd/efghijkl", "abcd\\/efghijkl"),
    ],
)
def test_a_secret_that_a_sender_escaped_is_not_in_history(server: Running, value: str, typed: str) -> None:
    script = 'def process_incoming(request):\n    print(request["content_raw"])\n    return None\n'
    record = integrate(server, script=script)
    id = record["_id"]
    post(server.admin, "integrations.setSecret", integrationId=id, name="api", value=value, uses=["verify"])
    body = f'{{"x": "{typed}"}}'
    assert json.loads(body) == {"x": value}
    headers = {"content-type": "application/json"}
    answer = server.client.post(f"/hooks/{id}/{record['token']}", content=body.encode(), headers=headers)
    assert answer.status_code == 200, answer.text
    (run,) = get(server.admin, "integrations.history", id=id)["history"]
    assert json.loads(run["request"]["body"]) == {"x": "***"}
    told = json.dumps(run, ensure_ascii=False)
    assert '"log":' in told
    for spelling in (value, typed):
        assert spelling not in told and json.dumps(spelling, ensure_ascii=False)[1:-1] not in told


def test_a_short_secret_is_set_with_a_warning_that_says_what_it_is_not_kept_from(server: Running) -> None:
    id = integrate(server)["_id"]
    for value, warned in (("1234567", True), ("12345678", False)):
        set_ = post(server.admin, "integrations.setSecret", integrationId=id, name="api", value=value)
        assert ("fewer than 8 characters" in str(set_.get("warnings"))) is warned and value not in json.dumps(set_)
