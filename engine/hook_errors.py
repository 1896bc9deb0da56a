"""What the sender of a webhook is told where it went wrong; the reason is in the history."""

from engine.errors import ClientError, CodedError

FAILED, NOT_COMPILED = "error-running-script", "error-evaluating-script"
TOO_LARGE = "error-body-too-large"


def bare(error: ClientError) -> str:
    """The code alone, where it has one."""
    return error.code if isinstance(error, CodedError) else str(error)
