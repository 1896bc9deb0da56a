"""What an operator does without the server: with SQLite that has to be stopped, for the data folder's lock."""

from engine.errors import CannotStart
from engine.settings import Settings
from engine.store.database import open_store
from engine.store.sqlite import FILE_NAME
from engine.workspace.embedded import EmbeddedWorkspace

MIN_PASSWORD = 8


async def reset_password(settings: Settings, username: str, password: str) -> None:
    """Raises CannotStart when the server runs, there is no database or no such user, or the password is too short."""
    if len(password) < MIN_PASSWORD:
        raise CannotStart(f"The password has {len(password)} characters; it needs at least {MIN_PASSWORD}.")
    if settings.database_url is None and not (settings.data / FILE_NAME).is_file():
        raise CannotStart(f"There is no database in {settings.data}; name its folder with --data or HOOKCELL_DATA.")
    store = await open_store(settings, must_exist=True)
    try:
        workspace = EmbeddedWorkspace(store)
        try:
            user = await workspace.user(username=username)
            if user is None or not await workspace.accounts.set_password(user.id, password):
                where = settings.data if settings.database_url is None else "the database"
                raise CannotStart(f"There is no user {username} in {where}.")
        finally:
            workspace.close()
    finally:
        await store.close()
