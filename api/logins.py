"""Logins of the command line: one for each server, in a file of the user's that nobody else may read.

HOOKCELL_USER_ID and HOOKCELL_AUTH_TOKEN take the place of a kept one, for machines that keep nothing.
"""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer

USER_ID, AUTH_TOKEN = "HOOKCELL_USER_ID", "HOOKCELL_AUTH_TOKEN"
KEEPING_NOTHING = f"Where nothing can be kept, {USER_ID} and {AUTH_TOKEN} are the login."
DEFAULT_URL = "http://127.0.0.1:3000"
MAX_FILE = 1024 * 1024

UrlOption = Annotated[
    str | None,
    typer.Option("--url", envvar="HOOKCELL_URL", help="The server. [default: the one last logged in to]"),
]


@dataclass(frozen=True, slots=True)
class Login:
    url: str
    user_id: str
    auth_token: str = field(repr=False)


def file() -> Path:
    return Path(typer.get_app_dir("hookcell")) / "logins.json"


def keep(login: Login) -> Path:
    """The login is what commands use from now on, in place of any that the server had.

    Ends the command with what to do where it cannot be kept.
    """
    kept = [other for other in _kept() if other.url != login.url]
    target = file()
    try:
        _write(target, [login, *kept])
    except OSError as error:
        typer.echo(f"{target} cannot be written: {error.strerror}. {KEEPING_NOTHING}", err=True)
        raise typer.Exit(1) from None
    return target


def _write(target: Path, logins: list[Login]) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w") as out:
        json.dump([asdict(login) for login in logins], out, indent=1)
    part.replace(target)


def login_for(url: str | None) -> Login:
    """Ends the command with what to do when there is none."""
    address = None if url is None else url.rstrip("/")
    # what a file was read into them for may end with a line
    user_id, token = os.environ.get(USER_ID, "").strip(), os.environ.get(AUTH_TOKEN, "").strip()
    if user_id and token:
        # else the header that cannot be sent is shown with the token in it
        if not all(text.isascii() and text.isprintable() for text in (user_id, token)):
            typer.echo(f"{USER_ID} or {AUTH_TOKEN} has characters that no login has; set both anew.", err=True)
            raise typer.Exit(2)
        return Login(address or DEFAULT_URL, user_id, token)
    found = next((login for login in _kept() if address in (None, login.url)), None)
    if found is None:
        typer.echo(f"Log in first: hookcell login {address or DEFAULT_URL}", err=True)
        raise typer.Exit(2)
    return found


def _kept() -> list[Login]:
    """The newest first; none where the file is not there."""
    target = file()
    try:
        with target.open("rb") as source:
            if os.fstat(source.fileno()).st_mode & 0o077:
                typer.echo(f"{target} may be read by others; run: chmod 600 {target}", err=True)
                raise typer.Exit(2)
            stored: list[dict[str, Any]] = json.loads(source.read(MAX_FILE))
            return [Login(**login) for login in stored]
    except FileNotFoundError:
        return []
    except OSError as error:
        typer.echo(f"{target} cannot be read: {error.strerror}. {KEEPING_NOTHING}", err=True)
        raise typer.Exit(2) from None
    except (ValueError, TypeError):
        typer.echo(f"{target} is not what hookcell wrote; remove it and log in again.", err=True)
        raise typer.Exit(2) from None
