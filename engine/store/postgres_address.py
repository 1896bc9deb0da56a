"""A PostgreSQL address as the operator wrote it, read by libpq's own rules, so that whatever `psql` takes is taken.

Everything that connects is given what is made here: the pool, the listener, and what a start looks at.
"""

from urllib.parse import parse_qs, urlsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from engine.errors import CannotStart

CONNECT_SECONDS = 5
# a peer that is gone without a word is found out in this time, on both sides
_KEEPALIVE = {
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
MAIN, LISTEN = "HOOKCELL_DATABASE_URL", "HOOKCELL_DATABASE_LISTEN_URL"


def address(url: str, *, setting: str = MAIN, name: str = "hookcell") -> str:
    """For `psycopg.connect`; `name` is what the server shows. Raises CannotStart, which tells nothing of the url."""
    try:
        given = conninfo_to_dict(url)
        hosts = parse_qs(urlsplit(url).query).get("host", [])
    except (psycopg.Error, ValueError):
        raise _no_address(setting) from None
    ports = str(given.get("port") or "").split(",")
    if "://" not in url or not all(port == "" or port.isdecimal() for port in ports):
        raise _no_address(setting)
    if len(hosts) > 1 or any(":" in host and not host.startswith("/") for host in hosts):
        raise CannotStart(
            f"{setting} names hosts as host=...:port, of which one would be used and its port not: write several as "
            "postgresql://user:password@one:5432,other:5432/name?target_session_attrs=read-write."
        )
    return make_conninfo(url, application_name=name, connect_timeout=CONNECT_SECONDS, **_KEEPALIVE)


def _no_address(setting: str) -> CannotStart:
    return CannotStart(f"{setting} is no address of a database like postgresql://user:password@host:5432/name.")
