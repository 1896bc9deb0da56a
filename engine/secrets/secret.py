"""A secret: its name, its value, the hosts it may be sent to, and what it may be used for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address

from engine.http import fits_host, host_pattern

# in place of an integration's id: every integration has it
ANYONE = "*"
USES = ("header", "query", "body", "verify")
MAX_SECRETS = 50
MAX_VALUE = 16 * 1024
MAX_HOSTS = 20

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")


@dataclass(frozen=True, slots=True)
class SecretRules:
    """`hosts` are exact or `*.suffix`; without one a secret is sent nowhere."""

    hosts: tuple[str, ...]
    uses: tuple[str, ...]

    def fits(self, host: str) -> bool:
        return any(fits_host(pattern, host) for pattern in self.hosts)


@dataclass(frozen=True, slots=True)
class Secret:
    """`value` is None where the key that encrypted it is not the server's any more."""

    name: str
    value: str | None = field(repr=False)
    rules: SecretRules
    scope: str = ANYONE

    @property
    def unreadable(self) -> str:
        """What to do about it."""
        return (
            f"the secret {self.name} cannot be read with this server's key: give the server the one it was set with "
            "(secret.key in its data folder, or HOOKCELL_ENCRYPTION_KEY), or set the secret again"
        )


def checked_rules(name: str, value: str, hosts: Sequence[str], uses: Sequence[str] | None) -> SecretRules:
    """The rules, hosts in one spelling. Raises ValueError, which says what to write and never has the value."""
    if not _NAME.fullmatch(name):
        raise ValueError("name must begin with a letter and have at most 64 letters, digits, and . _ - of ASCII")
    if not value:
        raise ValueError("value must not be empty")
    if len(value.encode()) > MAX_VALUE:
        raise ValueError(f"value must have at most {MAX_VALUE} bytes")
    if len(hosts) > MAX_HOSTS:
        raise ValueError(f"hosts must be at most {MAX_HOSTS}; write *.example.com for all below a domain")
    spelt = tuple(dict.fromkeys(_host(host) for host in hosts))
    if uses is None:
        uses = ("header",) if spelt else ("verify",)
    unknown = [use for use in uses if use not in USES]
    if unknown or not uses:
        raise ValueError(f"uses must be some of {', '.join(USES)}")
    if not spelt and set(uses) != {"verify"}:
        raise ValueError("hosts must name where the value may be sent; only a secret for verify needs none")
    return SecretRules(spelt, tuple(use for use in USES if use in uses))


def is_loopback(host: str) -> bool:
    """Whether the host is written as a loopback address: a name may resolve to anything by the time it is called."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _host(text: str) -> str:
    pattern = host_pattern(text)
    if pattern.startswith("*.") and "." not in pattern[2:]:
        raise ValueError(f"{text!r} is every host of a top level domain; write *.example.com")
    return pattern
