"""Which addresses outgoing requests may reach besides the public internet.

A policy is a set of allowances: networks, hosts, `*.suffix`, each with or without a port. A network allows addresses;
a host allows whatever that name resolves to. Without a matching allowance the address table decides, and every
address a name resolves to must pass: one that does not refuses them all.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv6Network, ip_network

import httpx2

from engine.http.addresses import METADATA, Address, Network, Rule, plain, refusing_rule
from engine.http.errors import HttpError
from engine.http.urls import canonical_host

SETTING = "HOOKCELL_EGRESS_ALLOW"
MAX_ALLOWANCES = 100
MAX_ENTRY = 300

_MAPPED = IPv6Network("::ffff:0:0/96")


@dataclass(frozen=True)
class Allowance:
    """One entry: a network, or a host (`*.suffix` for everything below a domain), on one port or on any."""

    network: Network | None
    host: str
    port: int | None

    def __str__(self) -> str:
        if self.network is None:
            return self.host if self.port is None else f"{self.host}:{self.port}"
        return str(self.network) if self.port is None else f"{self.network}:{self.port}"

    def holds(self, host: str, port: int, address: Address) -> bool:
        if self.port not in (None, port):
            return False
        if self.network is not None:
            return address in self.network
        return fits_host(self.host, host)


@dataclass(frozen=True)
class EgressPolicy:
    """Equal policies allow the same; `first | second` allows what either does."""

    allow: tuple[Allowance, ...] = ()

    @classmethod
    def parse(cls, entries: str | Iterable[str]) -> "EgressPolicy":
        """From comma separated text or a list; raises ValueError naming the entry and what to write instead."""
        texts = entries.split(",") if isinstance(entries, str) else list(entries)
        texts = [text.strip() for text in texts if text.strip()]
        if len(texts) > MAX_ALLOWANCES:
            raise ValueError(f"{len(texts)} entries; at most {MAX_ALLOWANCES} are taken: write a wider network")
        return cls(_ordered(_allowance(text) for text in texts))

    def __or__(self, other: "EgressPolicy") -> "EgressPolicy":
        return EgressPolicy(_ordered((*self.allow, *other.allow))) if other.allow else self

    def refusal(self, host: str, port: int, address: Address) -> Rule | None:
        """The rule that refuses this address of `host`, or None where the connection may be made."""
        address = plain(address)
        rule = refusing_rule(address)
        if rule is None or any(allowance.holds(host, port, address) for allowance in self.allow):
            return None
        return rule

    def check(self, host: str, port: int, addresses: Iterable[Address]) -> None:
        """Raises HttpError `refused-by-policy` unless every address may be connected to."""
        refused = [(address, rule) for address in addresses if (rule := self.refusal(host, port, address))]
        if refused:
            raise _refused(host, refused)


def _refused(host: str, refused: list[tuple[Address, Rule]]) -> HttpError:
    address, rule = refused[0]
    what = f"{host} is" if host == str(plain(address)) else f"{host} is {plain(address)}, which is"
    entries = ",".join(str(ip_network(plain(address))) for address, _ in refused)
    setting = f"{SETTING}={entries}"
    advice = f"to allow it, add {setting}"
    if any(rule.name == METADATA for _, rule in refused):
        advice += ", which opens the credentials of the machine to every author of an integration"
    return HttpError("refused-by-policy", f"{what} refused ({rule}); {advice}", setting)


def _ordered(allowances: Iterable[Allowance]) -> tuple[Allowance, ...]:
    return tuple(sorted(set(allowances), key=str))


def _allowance(text: str) -> Allowance:
    if len(text) > MAX_ENTRY:
        raise ValueError(f"an entry has {len(text)} characters; at most {MAX_ENTRY} are taken")
    if "://" in text:
        raise ValueError(f"{text!r} is an url; write its host, as in example.com or example.com:8080")
    if text == "*":
        raise ValueError("'*' is not taken; everything is 0.0.0.0/0,::/0")
    host, port = _split_port(text)
    if "/" in host or ":" in host or host.replace(".", "").isdecimal():
        return Allowance(_network(host, text), "", port)
    return Allowance(None, _host(host, text), port)


def _split_port(text: str) -> tuple[str, int | None]:
    if text.startswith("["):
        host, bracket, rest = text[1:].partition("]")
        if not bracket or rest[:1] not in ("", ":"):
            raise ValueError(f"{text!r} is no address; write [2001:db8::1]:443, or a network without brackets")
        port = rest[1:]
    elif "/" in text:
        network, _, rest = text.partition("/")
        length, _, port = rest.partition(":")
        host = f"{network}/{length}"
    elif text.count(":") > 1:
        return text, None
    else:
        host, _, port = text.partition(":")
    if not port:
        return host, None
    if not (port.isascii() and port.isdecimal() and 0 < int(port) < 65536):
        raise ValueError(f"{text!r} has no valid port; write a number between 1 and 65535 after the colon")
    return host, int(port)


def _network(text: str, entry: str) -> Network:
    try:
        network = ip_network(text)
    except ValueError:
        try:
            wider = ip_network(text, strict=False)
        except ValueError:
            raise ValueError(f"{entry!r} is no network; write one as 10.0.0.0/8 or 2001:db8::/32") from None
        raise ValueError(f"{entry!r} has bits set beyond its length; write {wider}") from None
    if isinstance(network, IPv6Network) and network.subnet_of(_MAPPED):
        raise ValueError(f"{entry!r} is IPv4 written as IPv6; write the IPv4 network")
    return network


def host_pattern(text: str) -> str:
    """The one spelling of a host or of `*.suffix`. Raises ValueError."""
    wildcard, name = ("*.", text[2:]) if text.startswith("*.") else ("", text)
    try:
        return wildcard + canonical_host(httpx2.URL(scheme="http", host=name).raw_host.decode("ascii"))
    except (HttpError, httpx2.InvalidURL, ValueError):
        advice = "write example.com or *.example.com, without scheme and port"
        raise ValueError(f"{text!r} is no host; {advice}") from None


def fits_host(pattern: str, host: str) -> bool:
    """`*.suffix` fits everything below a domain, not the domain itself."""
    return host.endswith(pattern[1:]) if pattern.startswith("*.") else host == pattern


def _host(text: str, entry: str) -> str:
    try:
        return host_pattern(text)
    except ValueError:
        raise ValueError(
            f"{entry!r} is neither a network nor a host; write 10.0.0.0/8, example.com, *.example.com or host:port"
        ) from None
