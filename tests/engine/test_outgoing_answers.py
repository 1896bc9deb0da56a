"""What receivers and scripts may do to a delivery with values that are more than ordinary ones."""

import json
from pathlib import Path

import pytest

from tests.engine.stages import staged
from tests.receiver import Receiver, Response

pytestmark = pytest.mark.anyio

JSON = (("content-type", "application/json"),)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_text_that_would_be_very_deep_json_is_sent_and_shown_as_text(tmp_path: Path) -> None:
    script = (
        "def prepare_outgoing_request(request):\n    request['data'] = '[' * 900 + ']' * 900\n    return request\n"
        "def process_outgoing_response(request, response):\n    return f\"{len(request['data'])} characters\"\n"
    )
    async with staged(tmp_path) as stage, Receiver() as receiver:
        id = await stage.integrate(receiver.url, script=script)
        await stage.say("hello")
        await stage.work()
        assert [len(request.body) for request in receiver.requests] == [1800]
        record = await stage.record(id)
        assert record["httpCallData"] == "[" * 900 + "]" * 900 and record["state"] == "finished"
        assert await stage.texts() == ["hello", "1800 characters"]


@pytest.mark.parametrize("levels", [65, 300, 900])
async def test_an_answer_that_is_very_deep_is_text_to_the_script_and_asked_for_once(
    tmp_path: Path, levels: int
) -> None:
    script = "def process_outgoing_response(request, response):\n    return f\"{response['content'][:3]}\"\n"
    deep = b"[" * levels + b"]" * levels
    async with staged(tmp_path) as stage, Receiver(lambda _: Response(200, JSON, deep)) as receiver:
        id = await stage.integrate(receiver.url, script=script)
        await stage.say("hello")
        await stage.work()
        assert await stage.texts() == ["hello", "[[["]
        assert len(receiver.requests) == 1
        assert (await stage.record(id))["httpResult"] == json.dumps(deep.decode())
