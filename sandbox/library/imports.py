"""The import statement of a script: facades by their whole dotted name, and an error that says what there is.

C code of Python's library also imports through a script's `__import__` (strptime, strftime), always with a list; it
then reads sys.modules itself, so None is enough, and warm() has put there what it needs.
This file is a boundary.
"""

from typing import Any, Final

from sandbox.library import state
from sandbox.library.facade import FACADES, contents, importable, missing_name, nearest, renewal

# What authors reach for out of habit, and what does its work here.
_INSTEAD: Final[dict[str, str]] = {
    **dict.fromkeys(
        "requests httpx aiohttp urllib3 http http.client urllib.request urllib.error".split(),
        "write `from hookcell import http` and http.get(url), http.post(url, json=...)",
    ),
    "logging": "write print(...), or `from hookcell import log` and log.info(text)",
    **dict.fromkeys(
        "redis sqlite3 shelve dbm pickle".split(), "write `from hookcell import store` and store.set(key, value)"
    ),
    "secrets": "write `from hookcell import secrets` for those of the integration; for chance uuid.uuid4()",
    "collections.abc": "typing has the same classes",
}


def missing_import(title: str, names: tuple[str, ...] = (), *, listing: bool = True) -> str | None:
    """Why `import title` or `from title import names` cannot work; None when it can.

    Without `listing` the answer names the nearest there is and not all of it.
    """
    if title not in FACADES:
        known = _INSTEAD.get(title) or _INSTEAD.get(title.partition(".")[0])
        there = f": {known}" if known else nearest(title, importable(), listing=listing)
        return f"there is no module {title!r} in scripts{there}"
    for name in names:
        if name not in contents(title) and f"{title}.{name}" not in FACADES:
            known = _INSTEAD.get(f"{title}.{name}")
            return f"cannot import {name}: {known or missing_name(title, name, listing=listing)}"
    return None


def script_import(name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0, /) -> Any:
    if type(fromlist) is list:
        return None
    facade = FACADES.get(name)
    if level or facade is None or fromlist:
        names = tuple(fromlist or ())
        if level:
            raise ImportError("relative imports are not available: a script is one file")
        why = missing_import(name, names)
        if why is not None:
            raise ImportError(why)
    imported = state.call.imported
    if name not in imported:
        imported.add(name)
        renew = renewal(name)
        if renew is not None:
            renew()
    if fromlist:
        return facade
    return facade if "." not in name else FACADES[name.partition(".")[0]]
