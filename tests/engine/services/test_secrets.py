import base64
import hmac
from pathlib import Path
from typing import Any

import pytest

from engine.secrets import ANYONE
from engine.store.secrets import remove_secret
from tests.engine.services.runs import OTHER, desk, refusal
from tests.receiver import Receiver

pytestmark = pytest.mark.anyio
BODY = b'{"a": "\xff"}' * 10


def signed(key: str, body: bytes = BODY) -> str:
    return "sha256=" + hmac.digest(key.encode(), body, "sha256").hex()


def question(**asked: Any) -> dict[str, Any]:
    part = base64.b64encode(BODY).decode()
    return {"name": "github", "part": part, "signature": signed("the key of it"), "algorithm": "sha256", **asked}


async def test_a_signature_is_verified_over_all_pieces_of_the_body(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        await at.secret("github", "the key of it", uses=("verify",))
        run = await at.open()
        assert await run.ask("secrets", "verify_hmac", question()) is True
        await run.ask("secrets", "feed", {"part": base64.b64encode(BODY[:20]).decode()})
        rest = base64.b64encode(BODY[20:]).decode()
        assert await run.ask("secrets", "verify_hmac", question(part=rest)) is True
        assert await run.ask("secrets", "verify_hmac", question(part=rest)) is False
        assert await run.ask("secrets", "verify_hmac", question(signature=signed("another key"))) is False


@pytest.mark.parametrize(
    ("asked", "kind", "message"),
    [
        (
            {"name": "gitlab"},
            "secrets.Error",
            "there is no secret 'gitlab' for this integration; there is github, send",
        ),
        ({"name": "send"}, "secrets.Error", "may not be used to verify; to allow it, add verify to its uses"),
        ({"name": 1}, "TypeError", "name must be text"),
        ({"algorithm": "md5"}, "ValueError", "the algorithm is one of sha256, sha512, sha384, sha1"),
        ({"part": "no base64!"}, "TypeError", "the body is text or bytes"),
        ({"part": base64.b64encode(b"x" * 7_000_000).decode()}, "ValueError", "at most 6,291,456 bytes"),
        ({"signature": None}, "TypeError", "signature must be text"),
    ],
)
async def test_what_cannot_be_verified_is_said(tmp_path: Path, asked: Any, kind: str, message: str) -> None:
    async with desk(tmp_path) as at:
        await at.secret("github", "the key of it", uses=("verify",))
        await at.secret("send", "another value", "h.example")
        await at.secret("foreign", "not its own", uses=("verify",), scope=OTHER)
        error = await refusal(await at.open(), "secrets", "verify_hmac", **question(**asked))
        assert error.kind == kind and message in error.message


async def test_what_is_only_for_signatures_has_no_reference(tmp_path: Path) -> None:
    async with desk(tmp_path) as at:
        await at.secret("github", "the key of it", uses=("verify",))
        error = await refusal(await at.open(), "secrets", "ref", name="github")
        assert error.kind == "secrets.Error" and "name the hosts it is for" in error.message


async def test_a_secret_that_is_removed_while_a_run_has_it_is_used_no_more(tmp_path: Path) -> None:
    async with desk(tmp_path) as at, Receiver() as receiver:
        await at.secret("key", "the first value", "127.0.0.1", uses=("header", "verify"))
        run = await at.open()
        asked: dict[str, Any] = {"method": "GET", "url": receiver.url, "timeout": 5}
        asked["headers"] = {"X-Key": await run.ask("secrets", "ref", {"name": "key"})}
        await run.ask("http", "request", asked)
        await at.secret("key", "the second value", "127.0.0.1", uses=("header", "verify"))
        await run.ask("http", "request", asked)
        assert [request.header("x-key") for request in receiver.requests] == ["the first value", "the second value"]
        # neither is shown
        assert run.known.scrubber.text("the first value, the second value") == "***, ***"
        await at.store.write(remove_secret, ANYONE, "key")
        at.kit.vault.forget()
        error = await refusal(run, "http", "request", **asked)
        assert "the secret key is not there any more" in error.message and len(receiver.requests) == 2
        assert (await refusal(run, "secrets", "verify_hmac", **question(name="key"))).kind == "secrets.Error"
