"""Runs a script as plain Python and says what the server would make of what it returns, in the words of expected/.

It covers what the contract allows a hook to return; anything else is a defect of the example and raises.
"""

import copy
from collections.abc import Callable
from typing import cast

from engine.devtools import Example, Fixture
from engine.model.json import JsonObject, JsonValue
from tests.examples.requests import incoming_request, outgoing_request, outgoing_response

Hook = Callable[..., JsonValue]


def run_plain(example: Example, fixture: Fixture) -> JsonObject:
    namespace: dict[str, object] = {"__name__": "script"}
    exec(compile(example.script, str(example.folder / "script.py"), "exec"), namespace)
    if example.outgoing:
        return _run_outgoing(example, fixture, namespace)
    hook = cast(Hook, namespace["process_incoming"])
    return _incoming_outcome(hook(incoming_request(example, fixture)))


def _incoming_outcome(returned: JsonValue) -> JsonObject:
    if isinstance(returned, dict) and (refusal := returned.get("error")):
        body = refusal if isinstance(refusal, dict) else {"error": refusal}
        return {"messages": [], "answer": {"status": 400, "body": {**body, "success": False}}}
    content: JsonValue = returned
    extra: JsonValue = None
    if isinstance(returned, dict) and returned:
        assert "content" in returned or "response" in returned, f"neither content nor response in {list(returned)}"
        content, extra = returned.get("content"), returned.get("response")
        assert content or extra, "content is empty: return None to post nothing"
    answer: JsonObject = {**(extra if isinstance(extra, dict) else {}), "success": True}
    return {"messages": _messages(content), "answer": {"status": 200, "body": answer}}


def _run_outgoing(example: Example, fixture: Fixture, namespace: dict[str, object]) -> JsonObject:
    request = outgoing_request(example, fixture)
    messages: list[JsonValue] = []
    if "prepare_outgoing_request" in namespace:
        prepare = cast(Hook, namespace["prepare_outgoing_request"])
        prepared = prepare(copy.deepcopy(request)) or {}
        assert isinstance(prepared, dict), f"prepare_outgoing_request returned {prepared!r}"
        messages += _messages(prepared.get("message"))
        if not prepared.get("url") or not prepared.get("method"):
            return {"request": None, "messages": messages}
        request = prepared
    outcome: JsonObject = {"request": copy.deepcopy(request), "messages": messages}
    assert fixture.response is not None, f"{fixture.name} sends a request: write what the receiver answers"
    if "process_outgoing_response" in namespace:
        process = cast(Hook, namespace["process_outgoing_response"])
        returned = process(request, outgoing_response(fixture.response))
        if isinstance(returned, dict) and returned:
            assert "content" in returned, f"no content in {list(returned)}"
            returned = returned["content"]
        messages += _messages(returned)
    return outcome


def _messages(content: JsonValue) -> list[JsonValue]:
    """What is posted of a content: a text is a content with that text, one without text and attachments is nothing."""
    if isinstance(content, str):
        content = {"text": content}
    assert content is None or content is False or isinstance(content, dict), f"{content!r} cannot be posted"
    if not content or not (content.get("text") or content.get("attachments")):
        return []
    return [content]
