import pytest

from engine.secrets import SecretRules, checked_rules


def test_without_uses_a_secret_with_hosts_is_for_headers_and_one_without_is_for_signatures() -> None:
    assert checked_rules("a", "v", ["Example.COM.", "*.b.example", "example.com"], None) == SecretRules(
        ("example.com", "*.b.example"), ("header",)
    )
    assert checked_rules("a", "v", [], None) == SecretRules((), ("verify",))
    assert checked_rules("a", "v", ["h.example"], ["verify", "query", "query"]).uses == ("query", "verify")


@pytest.mark.parametrize(
    ("host", "pattern", "fits"),
    [
        ("a.example.com", "*.example.com", True),
        ("b.a.example.com", "*.example.com", True),
        ("example.com", "*.example.com", False),
        ("evilexample.com", "*.example.com", False),
        ("example.com", "example.com", True),
        ("example.com.evil.net", "example.com", False),
    ],
)
def test_a_host_is_exact_or_below_a_suffix(host: str, pattern: str, fits: bool) -> None:
    assert SecretRules((pattern,), ("header",)).fits(host) is fits


@pytest.mark.parametrize(
    ("name", "value", "hosts", "uses", "message"),
    [
        ("1a", "v", [], None, "name must begin with a letter"),
        ("a" * 65, "v", [], None, "name must begin with a letter and have at most 64"),
        ("a b", "v", [], None, "name must"),
        ("a", "", [], None, "value must not be empty"),
        ("a", "v" * 20_000, [], None, "value must have at most 16384 bytes"),
        ("a", "v", ["http://h/"], None, "write example.com or *.example.com, without scheme and port"),
        ("a", "v", ["https://h.example"], None, "'https://h.example' is no host; write example.com or"),
        ("a", "v", ["h.example:8443"], None, "'h.example:8443' is no host; write example.com or"),
        ("a", "v", ["127.0.0.1:80"], None, "without scheme and port"),
        ("a", "v", ["*"], None, "write example.com or"),
        ("a", "v", ["*.com"], None, "every host of a top level domain"),
        ("a", "v", ["h.example"] * 21, None, "at most 20"),
        ("a", "v", [], ["header"], "hosts must name where the value may be sent"),
        ("a", "v", ["h.example"], ["cookie"], "uses must be some of header, query, body, verify"),
        ("a", "v", ["h.example"], [], "uses must be some of"),
    ],
)
def test_what_cannot_be_a_secret_says_what_to_write_and_never_the_value(
    name: str, value: str, hosts: list[str], uses: list[str] | None, message: str
) -> None:
    with pytest.raises(ValueError, match=message.replace("*", r"\*")) as caught:
        checked_rules(name, value, hosts, uses)
    assert len(value) < 2 or value not in str(caught.value)
