from ipaddress import IPv6Network, ip_address, ip_network

import pytest
from AntiSSRF import AntiSSRFPolicy, IPAddressRanges, PolicyConfigOptions

from engine.http.addresses import RULES, Address, Network, refusing_rule

# What we refuse and the oracle lets through, each for a reason of its own.
OURS_ALONE = (
    "::/96",  # IPv4-compatible: carries any IPv4 address
    "::ffff:0:0/96",  # mapped: the oracle and we look at the IPv4 address; this rule is for the table's completeness
    "::ffff:0:0:0/96",  # IPv4-translated: carries any IPv4 address
    "::/3",  # the rest of the space is not global unicast (RFC 4291): nothing public lives there
    "4000::/2",
    "8000::/1",
)


def networks(*texts: str) -> list[Network]:
    return [ip_network(text) for text in texts]


def within(inner: Network, outer: Network) -> bool:
    return inner.version == outer.version and (
        inner.subnet_of(outer)  # type: ignore[arg-type]  # the versions are equal
    )


def edges(network: Network) -> set[Address]:
    first, last = int(network.network_address), int(network.broadcast_address)
    highest = 2**network.max_prefixlen - 1
    kind = type(network.network_address)
    return {kind(number) for number in (first - 1, first, last, last + 1) if 0 <= number <= highest}


@pytest.mark.parametrize("text", IPAddressRanges.recommended_latest)
def test_everything_the_oracle_refuses_is_refused(text: str) -> None:
    assert any(within(ip_network(text), rule.network) for rule in RULES)


def test_nothing_else_is_refused_but_what_is_listed_here() -> None:
    known = networks(*IPAddressRanges.recommended_latest, *OURS_ALONE)
    assert [str(rule) for rule in RULES if not any(within(rule.network, network) for network in known)] == []


def test_the_oracle_decides_alike_at_every_edge_of_both_tables() -> None:
    oracle = AntiSSRFPolicy(PolicyConfigOptions.EXTERNAL_ONLY_LATEST)
    tables = [rule.network for rule in RULES] + networks(*IPAddressRanges.recommended_latest)
    ours_alone = networks(*OURS_ALONE)
    compared = 0
    for address in {edge for network in tables for edge in edges(network)}:
        refused_there = not oracle._is_network_connection_allowed([str(address)])
        mapped = getattr(address, "ipv4_mapped", None)
        if mapped is None and any(address in network for network in ours_alone):
            assert refusing_rule(address) is not None
        else:
            assert (refusing_rule(address) is not None) == refused_there, address
            compared += 1
    assert compared > 100


@pytest.mark.parametrize(
    ("address", "rule"),
    [
        ("127.0.0.1", "loopback 127.0.0.0/8"),
        ("::1", "loopback ::1/128"),
        ("0.0.0.0", "unspecified 0.0.0.0/8"),
        ("::", "unspecified ::/128"),
        ("10.1.2.3", "private 10.0.0.0/8"),
        ("172.31.255.255", "private 172.16.0.0/12"),
        ("192.168.0.1", "private 192.168.0.0/16"),
        ("169.254.169.254", "cloud metadata 169.254.169.254/32"),
        ("100.100.100.200", "cloud metadata 100.100.100.200/32"),
        ("168.63.129.16", "cloud metadata 168.63.129.16/32"),
        ("fd00:ec2::254", "cloud metadata fd00:ec2::254/128"),
        ("169.254.0.1", "link-local 169.254.0.0/16"),
        ("fe80::1", "link-local fe80::/10"),
        ("100.64.0.1", "carrier-grade NAT 100.64.0.0/10"),
        ("192.0.0.8", "IETF protocol assignments 192.0.0.0/24"),
        ("198.18.0.1", "benchmarking 198.18.0.0/15"),
        ("203.0.113.9", "documentation 203.0.113.0/24"),
        ("224.0.0.1", "multicast 224.0.0.0/4"),
        ("ff02::1", "multicast ff00::/8"),
        ("255.255.255.255", "broadcast 255.255.255.255/32"),
        ("240.0.0.1", "reserved 240.0.0.0/4"),
        ("::127.0.0.1", "IPv4-compatible ::/96"),
        ("::ffff:127.0.0.1", "loopback 127.0.0.0/8"),
        ("::ffff:0:127.0.0.1", "IPv4-translated ::ffff:0:0:0/96"),
        ("64:ff9b::7f00:1", "NAT64 64:ff9b::/96"),
        ("64:ff9b:1::1", "NAT64 64:ff9b:1::/48"),
        ("2002:7f00:1::", "6to4 2002::/16"),
        ("2001:0:7f00:1::", "Teredo 2001::/32"),
        ("100:0:0:1::1", "dummy 100:0:0:1::/64"),
        ("2620:4f:8000::1", "AS112 2620:4f:8000::/48"),
        ("fc00::1", "unique local fc00::/7"),
    ],
)
def test_a_refusal_names_its_rule(address: str, rule: str) -> None:
    assert str(refusing_rule(ip_address(address))) == rule


@pytest.mark.parametrize("address", ["1.1.1.1", "8.8.8.8", "::ffff:8.8.8.8", "2606:4700::1111", "2a00:1450::1"])
def test_the_public_internet_is_not_refused(address: str) -> None:
    assert refusing_rule(ip_address(address)) is None


def test_every_translation_range_of_ipv6_is_refused_whole() -> None:
    for network in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96"):
        for address in edges(IPv6Network(network)):
            if address in IPv6Network(network):
                assert refusing_rule(address) is not None
