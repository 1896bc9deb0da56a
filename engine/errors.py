"""The engine's errors: what a client did wrong, or what is away, in Rocket.Chat's words.

HookcellError
├── CannotStart                 the command ends before it has begun, with `exit_code`
│   ├── DataLocked              another process works on the data folder: 3
│   └── SchemaTooNew            the database was last used by a later hookcell
├── BackupFailed                no copy was made, or the copy was not sound and is gone again
├── ClientError                 somebody's request cannot be carried out
│   ├── CodedError              400: code, reason, details (403 or 429 for the codes Rocket.Chat maps so)
│   ├── PlainError              400: a message without a code
│   ├── InvalidParams           400: the messages of a parameter schema
│   ├── Forbidden               403: a permission that the route itself asks for
│   ├── NotLoggedIn             401
│   ├── LoginFailed             401: a wrong name, password or token
│   ├── NotAllowed              400: a code and words the other way round, as one endpoint of Rocket.Chat has them
│   ├── NotFound                404: with or without a code
│   ├── TooSlow                 408: the body did not come in time
│   └── TooLarge                413
└── Unavailable                 503 with Retry-After: nothing was stored, the same request may be sent again
    ├── StoreBusy               the writer's queue is full, or it did not answer in time
    ├── StoreAway               the database, or the way to it, is away
    ├── KeysLost                a run held keys of its store for too long: they may be another's
    ├── StoreLost               the database failed under us; the process ends
    └── Stopping                the process is shutting down
"""

from collections.abc import Sequence

from engine.model.json import JsonObject


class HookcellError(Exception):
    """Every error below says what to do; `status` is the HTTP status it becomes."""

    status = 500


class CannotStart(HookcellError):
    exit_code = 1


class DataLocked(CannotStart):
    exit_code = 3


class SchemaTooNew(CannotStart):
    pass


class BackupFailed(HookcellError):
    pass


class ClientError(HookcellError):
    status = 400


class CodedError(ClientError):
    """Rocket.Chat's coded error: answered as `<reason> [<code>]` with `errorType` and `details`."""

    def __init__(self, code: str, reason: str = "", details: JsonObject | None = None) -> None:
        super().__init__(f"{reason} [{code}]" if reason else f"[{code}]")
        self.code = code
        self.reason = reason
        self.details = details
        if code in ("unauthorized", "error-unauthorized"):
            self.status = 403
        elif code == "error-too-many-requests":
            self.status = 429


class PlainError(ClientError):
    """Rocket.Chat's plain error: a message and no `errorType`; `hint` says what and by how much, for the trace."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class InvalidParams(ClientError):
    """A parameter schema failed; `messages` are joined as Rocket.Chat joins them (newline and a space).

    These name no place; `places` are {field, message} of what is wrong, where that is known.
    """

    def __init__(
        self, messages: list[str], *, error_type: str = "invalid-params", places: Sequence[JsonObject] = ()
    ) -> None:
        super().__init__("\n ".join(messages))
        self.messages = messages
        self.places = places
        self.error_type = error_type


class Forbidden(ClientError):
    status = 403

    def __init__(self) -> None:
        super().__init__("User does not have the permissions required for this action [error-unauthorized]")


class NotLoggedIn(ClientError):
    status = 401

    def __init__(self) -> None:
        super().__init__("You must be logged in to do this.")


class LoginFailed(ClientError):
    status = 401

    def __init__(self) -> None:
        super().__init__("Unauthorized")


class NotAllowed(ClientError):
    """`not-allowed` with the `errorType` "Not Allowed"."""

    error_type = "Not Allowed"

    def __init__(self) -> None:
        super().__init__("not-allowed")


class NotFound(ClientError):
    status = 404

    def __init__(self, message: str, code: str | None = None) -> None:
        super().__init__(message if code is None else f"{message} [{code}]")
        self.code = code


class TooSlow(ClientError):
    status = 408

    def __init__(self, limit_seconds: float) -> None:
        super().__init__(f"The body took longer than {limit_seconds:g} seconds.")


class TooLarge(ClientError):
    status = 413

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(f"The body is larger than {limit_bytes} bytes.")


class Unavailable(HookcellError):
    """`retry_after` is in seconds."""

    status = 503

    def __init__(self, message: str, retry_after: int = 1) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class StoreBusy(Unavailable):
    pass


class StoreAway(Unavailable):
    pass


class KeysLost(Unavailable):
    pass


class StoreLost(Unavailable):
    pass


class Stopping(Unavailable):
    pass
