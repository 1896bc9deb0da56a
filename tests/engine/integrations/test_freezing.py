"""While scripts are frozen, those that are there run on as they are and no other is stored."""

import pytest

from engine.errors import PlainError
from tests.engine.registries import Desk, incoming, outgoing

GOOD = "def process_incoming(request):\n    return None\n"


def test_no_script_is_created_and_no_other_put_in_its_place(desk: Desk) -> None:
    record = desk.create(incoming(script=GOOD, scriptEnabled=True))
    for body in (incoming(script=GOOD), outgoing(script=GOOD)):
        with pytest.raises(PlainError, match=r"^integration-scripts-disabled$"):
            desk.frozen.create(body)
    with pytest.raises(PlainError, match=r"^integration-scripts-disabled$"):
        desk.frozen.update(incoming(integrationId=record["_id"], username=..., script="other"))
    assert desk.get(record["_id"]) == record


def test_the_rest_is_saved_beside_a_script_that_stays(desk: Desk) -> None:
    assert desk.frozen.create(incoming(script="  "))["script"] == "  "
    record = desk.create(incoming(script=GOOD, scriptEnabled=True))
    for script in (GOOD, f"\n{GOOD}", None, ...):
        body = incoming(integrationId=record["_id"], name=f"with {script!r}", script=script, scriptEnabled=False)
        updated = desk.frozen.update(body)
        assert updated["name"] == f"with {script!r}"
        kept = ("script", "scriptEnabled", "scriptCompiled")
        assert [updated[key] for key in kept] == [record[key] for key in kept]
