"""Where a request goes: an url taken apart once, so that no two readers can disagree about its host.

httpx2 parses, this file narrows. Numbers in any spelling (decimal, hexadecimal, short) become the address they mean;
percent-encoded hosts, zone ids and octets with leading zeros are refused; one trailing dot is dropped; credentials
leave the url for an Authorization header. Errors never repeat the url.
"""

import base64
import re
import socket
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address

import httpx2

from engine.http.addresses import Address, plain
from engine.http.errors import HttpError

MAX_URL = 8192
MAX_HOST = 253
DEFAULT_PORTS = {"http": 80, "https": 443}

_HOST = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


@dataclass(frozen=True)
class Target:
    """One absolute url. `host` is lower case, an address without brackets; `path` has the query; no fragment."""

    scheme: str
    host: str
    port: int
    path: str
    authorization: str | None

    @property
    def authority(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def destination(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}"

    @property
    def address(self) -> Address | None:
        """The address, where the host is one."""
        if ":" in self.host:
            return IPv6Address(self.host)
        return IPv4Address(self.host) if _NUMBER.fullmatch(self.host.rpartition(".")[2]) else None

    def joined(self, location: str) -> "Target":
        """Where a redirect from here to `location`, absolute or relative, leads."""
        try:
            joined = str(httpx2.URL(self.url).join(location))
        except (httpx2.InvalidURL, ValueError) as error:
            raise _bad(_reason(error)) from None
        return parse_url(joined)


@lru_cache(1_024)
def parse_url(url: str) -> Target:
    """Raises HttpError `bad-url`."""
    if len(url) > MAX_URL:
        raise _bad(f"it has {len(url)} characters; at most {MAX_URL} are sent")
    try:
        parsed = httpx2.URL(url)
    except (httpx2.InvalidURL, ValueError) as error:
        raise _bad(_reason(error)) from None
    if parsed.scheme not in DEFAULT_PORTS:
        raise _bad("it must begin with http:// or https://")
    port = DEFAULT_PORTS[parsed.scheme] if parsed.port is None else parsed.port
    if not 0 < port < 65536:
        raise _bad("its port must be between 1 and 65535")
    path = parsed.raw_path.decode("ascii")
    if len(path) > MAX_URL:
        raise _bad(f"it has {len(path)} characters when encoded; at most {MAX_URL} are sent")
    host = canonical_host(parsed.raw_host.decode("ascii"))
    return Target(parsed.scheme, host, port, path, _authorization(parsed))


def canonical_host(host: str) -> str:
    """The one spelling of an ASCII host name or address. Raises HttpError `bad-url`."""
    host = host.lower().removesuffix(".")
    if not host:
        raise _bad("it names no host")
    if ":" in host:
        if "%" in host:
            raise _bad("zone ids in addresses are not supported")
        return str(plain(IPv6Address(host)))
    if _NUMBER.fullmatch(host.rpartition(".")[2]):
        try:
            return str(IPv4Address(socket.inet_aton(host)))
        except OSError:
            raise _bad("its host ends in a number but is no IPv4 address") from None
    if len(host) > MAX_HOST or not _HOST.fullmatch(host):
        raise _bad("its host is no host name (percent-encoding is not taken in hosts)")
    return host


def destination_of(url: str) -> str:
    """The normalised `scheme://host:port` that deliveries are grouped by. Raises HttpError `bad-url`."""
    return parse_url(url).destination


def _authorization(url: httpx2.URL) -> str | None:
    if not url.userinfo:
        return None
    credentials = f"{url.username}:{url.password}".encode()
    return "Basic " + base64.b64encode(credentials).decode("ascii")


def _bad(reason: str) -> HttpError:
    return HttpError("bad-url", f"the url is not valid: {reason}")


def _reason(error: Exception) -> str:
    if isinstance(error, UnicodeError):
        return "it has characters that cannot be encoded"
    # What follows the colon is a piece of the url, and may be a piece of a password.
    return str(error).partition(":")[0].rstrip(".")
