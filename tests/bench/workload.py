"""The work that is timed: one webhook and the scripts in `items/`, as the server would call them."""

import hashlib
import hmac
from pathlib import Path
from typing import Final

from sandbox import Body, Compiled, HookForm, Program, Sandbox
from sandbox.outcome import JsonValue

ITEMS: Final = ("push", "push_signed", "greet", "typed")
HOOK: Final = "process_incoming"
HOOKS: Final = (HookForm(HOOK, (HOOK,), 1),)

_FOLDER: Final = Path(__file__).with_name("items")
BODY: Final = (_FOLDER / "push.json").read_bytes()
RAW: Final = Body(BODY, ("content_raw",), ("content", "body"))
_SIGNATURE: Final = hmac.new(b"s3cr3t-of-this-integration", BODY, hashlib.sha256).hexdigest()
HEADERS: Final = {
    "host": "chat.example",
    "user-agent": "GitHub-Hookshot/abc",
    "content-type": "application/json",
    "x-github-event": "push",
    "x-hub-signature-256": f"sha256={_SIGNATURE}",
}
REQUEST: Final[dict[str, JsonValue]] = {
    "headers": dict(HEADERS),
    "method": "POST",
    "url": {"hash": "", "search": "", "query": {}, "pathname": "/hooks/x/y", "path": "/hooks/x/y"},
    "url_raw": "/hooks/x/y",
    "url_params": {"integrationId": "x", "token": "y"},
    "user": {"_id": "u", "name": "Bot", "username": "bot"},
    "integration": {"_id": "x", "name": "bench", "channel": ["#general"], "alias": None},
}


def source(item: str) -> str:
    return (_FOLDER / f"{item}.py").read_text()


async def compiled(sandbox: Sandbox, text: str) -> bytes:
    """Code of a source that is known to be a script."""
    made = await sandbox.compile(text, hooks=HOOKS)
    if not isinstance(made, Compiled):
        raise SystemExit(f"the item does not compile: {made}")
    return made.code


def program(name: str, text: str, code: bytes) -> Program:
    return Program(name, name, "script.py", text, code, HOOKS)
