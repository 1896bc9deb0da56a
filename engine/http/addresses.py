"""The address table: what is not the public internet, by name, for both families.

The standard library's `is_global` says yes to NAT64, 6to4, IPv4-compatible and multicast addresses, and changes with
the Python version; so the table is written out. Ranges that carry an IPv4 address inside are refused whole: what
translates them decides where they lead. IPv4-mapped addresses are the IPv4 address they are. Compared with
microsoft-antissrf in the tests.
"""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


@dataclass(frozen=True)
class Rule:
    name: str
    network: Network

    def __str__(self) -> str:
        return f"{self.name} {self.network}"


def _rules(table: dict[str, str]) -> tuple[Rule, ...]:
    return tuple(Rule(name, ip_network(network)) for name, networks in table.items() for network in networks.split())


METADATA = "cloud metadata"

# The first rule that holds an address names its refusal, so the particular come before the general.
RULES = _rules(
    {
        "unspecified": "0.0.0.0/8 ::/128",
        "loopback": "127.0.0.0/8 ::1/128",
        "private": "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16",
        METADATA: "169.254.169.254/32 169.254.170.2/32 100.100.100.200/32 168.63.129.16/32 192.0.0.192/32 "
        "fd00:ec2::254/128",
        "link-local": "169.254.0.0/16 fe80::/10",
        "carrier-grade NAT": "100.64.0.0/10",
        "IETF protocol assignments": "192.0.0.0/24",
        "documentation": "192.0.2.0/24 198.51.100.0/24 203.0.113.0/24 2001:db8::/32 3fff::/20",
        "AS112": "192.31.196.0/24 192.175.48.0/24 2620:4f:8000::/48",
        "AMT": "192.52.193.0/24",
        "6to4 relay": "192.88.99.0/24",
        "benchmarking": "198.18.0.0/15 2001:2::/48",
        "multicast": "224.0.0.0/4 ff00::/8",
        "broadcast": "255.255.255.255/32",
        "reserved": "240.0.0.0/4",
        "IPv4-compatible": "::/96",
        "IPv4-mapped": "::ffff:0:0/96",
        "IPv4-translated": "::ffff:0:0:0/96",
        "NAT64": "64:ff9b::/96 64:ff9b:1::/48",
        "discard-only": "100::/64",
        "dummy": "100:0:0:1::/64",
        "Teredo": "2001::/32",
        "IETF protocol assignments, IPv6": "2001::/23",
        "6to4": "2002::/16",
        "SRv6 identifiers": "5f00::/16",
        "unique local": "fc00::/7",
        "site-local": "fec0::/10",
        "not global unicast": "::/3 4000::/2 8000::/1",
    }
)


def plain(address: Address) -> Address:
    """The address itself; for an IPv4-mapped one the IPv4 address, which is what a connection would go to."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def refusing_rule(address: Address) -> Rule | None:
    """The rule that keeps this address out, or None for one on the public internet."""
    address = plain(address)
    return next((rule for rule in RULES if address in rule.network), None)
