from ipaddress import ip_address

import pytest

from engine.http import EgressPolicy, HttpError


def allows(policy: str, host: str, port: int, address: str) -> bool:
    return EgressPolicy.parse(policy).refusal(host, port, ip_address(address)) is None


@pytest.mark.parametrize(
    ("policy", "host", "port", "address", "allowed"),
    [
        ("", "example.com", 443, "93.184.216.34", True),
        ("", "localhost", 80, "127.0.0.1", False),
        ("127.0.0.1/32", "localhost", 80, "127.0.0.1", True),
        ("127.0.0.1", "localhost", 80, "127.0.0.1", True),
        ("127.0.0.1", "localhost", 80, "127.0.0.2", False),
        ("127.0.0.1:8080", "127.0.0.1", 8080, "127.0.0.1", True),
        ("127.0.0.1:8080", "127.0.0.1", 8081, "127.0.0.1", False),
        ("10.0.0.0/8:443, 127.0.0.1", "x", 443, "10.9.9.9", True),
        ("10.0.0.0/8:443, 127.0.0.1", "x", 80, "10.9.9.9", False),
        ("10.0.0.0/8", "x", 80, "::ffff:10.0.0.1", True),
        ("::1", "x", 80, "::1", True),
        ("[::1]", "x", 80, "::1", True),
        ("[::1]:80", "x", 80, "::1", True),
        ("[::1]:80", "x", 81, "::1", False),
        ("fd00::/8:80", "x", 80, "fd12::1", True),
        ("intranet", "intranet", 80, "10.0.0.1", True),
        ("intranet", "other", 80, "10.0.0.1", False),
        ("Intranet.Example.:8080", "intranet.example", 8080, "10.0.0.1", True),
        ("intranet:8080", "intranet", 80, "10.0.0.1", False),
        ("*.corp.example", "a.b.corp.example", 80, "10.0.0.1", True),
        ("*.corp.example", "corp.example", 80, "10.0.0.1", False),
        ("*.corp.example", "evilcorp.example", 80, "10.0.0.1", False),
        ("*.münchen.example", "a.xn--mnchen-3ya.example", 80, "10.0.0.1", True),
        ("0.0.0.0/0,::/0", "x", 80, "169.254.169.254", True),
        ("0.0.0.0/0", "x", 80, "::1", False),
    ],
)
def test_an_allowance_holds_its_network_host_and_port(
    policy: str, host: str, port: int, address: str, allowed: bool
) -> None:
    assert allows(policy, host, port, address) is allowed


def test_a_policy_is_equal_whatever_the_order_it_was_written_in() -> None:
    policy = EgressPolicy.parse("10.0.0.0/8, a.example:80 ,,127.0.0.1")
    assert policy == EgressPolicy.parse(["127.0.0.1/32", "a.example:80", "10.0.0.0/8", "10.0.0.0/8"])
    assert policy == EgressPolicy.parse(str(allowance) for allowance in policy.allow)
    assert hash(policy) == hash(EgressPolicy.parse("a.example:80,127.0.0.1,10.0.0.0/8"))


def test_two_policies_together_allow_what_either_does() -> None:
    both = EgressPolicy.parse("10.0.0.0/8") | EgressPolicy.parse("127.0.0.1")
    assert both == EgressPolicy.parse("127.0.0.1,10.0.0.0/8")
    assert both | EgressPolicy() == both


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("10.0.0.1/8", "'10.0.0.1/8' has bits set beyond its length; write 10.0.0.0/8"),
        ("10.0.0.0/33", "'10.0.0.0/33' is no network; write one as 10.0.0.0/8 or 2001:db8::/32"),
        ("300.0.0.1", "'300.0.0.1' is no network; write one as 10.0.0.0/8 or 2001:db8::/32"),
        ("::ffff:10.0.0.0/104", "'::ffff:10.0.0.0/104' is IPv4 written as IPv6; write the IPv4 network"),
        ("http://intranet", "'http://intranet' is an url; write its host, as in example.com or example.com:8080"),
        ("*", "'*' is not taken; everything is 0.0.0.0/0,::/0"),
        ("intranet:0", "'intranet:0' has no valid port; write a number between 1 and 65535 after the colon"),
        ("intranet:http", "'intranet:http' has no valid port; write a number between 1 and 65535 after the colon"),
        ("[::1", "'[::1' is no address; write [2001:db8::1]:443, or a network without brackets"),
        (
            "in tranet",
            "'in tranet' is neither a network nor a host; write 10.0.0.0/8, example.com, *.example.com or host:port",
        ),
        (
            "a.*.example",
            "'a.*.example' is neither a network nor a host; write 10.0.0.0/8, example.com, *.example.com or host:port",
        ),
        ("a" * 301, "an entry has 301 characters; at most 300 are taken"),
    ],
)
def test_a_bad_entry_says_what_to_write_instead(entry: str, message: str) -> None:
    with pytest.raises(ValueError) as caught:
        EgressPolicy.parse(["127.0.0.1", entry])
    assert str(caught.value) == message


def test_a_policy_has_at_most_100_entries() -> None:
    with pytest.raises(ValueError, match="101 entries; at most 100"):
        EgressPolicy.parse([f"10.0.0.{number}" for number in range(101)])


def test_one_refused_address_refuses_the_host_and_the_setting_allows_it() -> None:
    addresses = [ip_address(text) for text in ("93.184.216.34", "10.0.0.7", "::1")]
    with pytest.raises(HttpError) as caught:
        EgressPolicy().check("mixed.example", 443, addresses)
    assert caught.value.kind == "refused-by-policy"
    assert caught.value.setting == "HOOKCELL_EGRESS_ALLOW=10.0.0.7/32,::1/128"
    assert caught.value.message == (
        "mixed.example is 10.0.0.7, which is refused (private 10.0.0.0/8); "
        "to allow it, add HOOKCELL_EGRESS_ALLOW=10.0.0.7/32,::1/128"
    )
    EgressPolicy.parse(caught.value.setting.partition("=")[2]).check("mixed.example", 443, addresses)


def test_a_refused_address_in_the_url_is_named_once() -> None:
    with pytest.raises(HttpError) as caught:
        EgressPolicy().check("127.0.0.1", 80, [ip_address("127.0.0.1")])
    assert caught.value.message == (
        "127.0.0.1 is refused (loopback 127.0.0.0/8); to allow it, add HOOKCELL_EGRESS_ALLOW=127.0.0.1/32"
    )


def test_whoever_allows_a_metadata_service_is_told_what_that_opens() -> None:
    with pytest.raises(HttpError) as caught:
        EgressPolicy().check("metadata.example", 80, [ip_address("10.0.0.7"), ip_address("169.254.169.254")])
    assert caught.value.message == (
        "metadata.example is 10.0.0.7, which is refused (private 10.0.0.0/8); "
        "to allow it, add HOOKCELL_EGRESS_ALLOW=10.0.0.7/32,169.254.169.254/32, "
        "which opens the credentials of the machine to every author of an integration"
    )
