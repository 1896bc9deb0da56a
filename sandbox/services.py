"""What a call may ask of whoever runs it, by name and in JSON: the sandbox knows no service.

Whatever a cell asks is untrusted, arguments and all; one question of a call is under way at a time.
"""

from typing import Protocol

from sandbox.outcome import JsonValue


class ServiceError(Exception):
    """The script gets an exception instead of an answer.

    `kind` is the one it can catch (`http.Error`, `store.Full`, `secrets.Error`, `TypeError`, `ValueError`; any other is
    a RuntimeError), `message` is for its author, `fields` are attributes of the exception.
    """

    def __init__(self, kind: str, message: str, fields: dict[str, JsonValue] | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.fields = fields or {}


class Services(Protocol):
    """What answers one call. `ask` is cancelled when the call ends before its answer."""

    async def ask(self, service: str, verb: str, arguments: dict[str, JsonValue]) -> JsonValue:
        """Raises ServiceError."""
