import pytest
from pydantic import ValidationError

from engine.settings import Settings


@pytest.mark.parametrize("proxies", ["nonsense", "10.0.0.1/8", "10.0.0.0/33", "127.0.0.1,*", "proxy.example"])
def test_a_proxy_that_could_never_be_met_is_refused(proxies: str) -> None:
    with pytest.raises(ValidationError, match="is no address or network like") as caught:
        Settings.model_validate({"trusted_proxies": proxies})
    assert caught.value.errors()[0]["loc"] == ("trusted_proxies",)


def test_proxies_are_addresses_and_networks_of_both_families() -> None:
    settings = Settings.model_validate({"trusted_proxies": "127.0.0.1, 10.0.0.0/8,::1,fd00::/8"})
    assert settings.trusted_proxies == ("127.0.0.1", "10.0.0.0/8", "::1", "fd00::/8")


@pytest.mark.parametrize("allow", ["10.0.0.1/8", "http://intern.example", "10.0.0.0/8,*"])
def test_what_outgoing_calls_may_reach_is_checked_before_anything_starts(allow: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Settings.model_validate({"egress_allow": allow})
    assert caught.value.errors()[0]["loc"] == ("egress_allow",)
    assert allow.split(",")[-1] in caught.value.errors()[0]["msg"]
