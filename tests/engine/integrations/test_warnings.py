import asyncio
from dataclasses import replace

import pytest

from engine.integrations import warnings
from engine.model.json import JsonObject
from tests.engine.registries import Desk, incoming, outgoing

SETTING = "HOOKCELL_EGRESS_ALLOW"
ALLOWANCE = f"{SETTING}=127.0.0.1/32"
REFUSED = "10.1.2.3, which is refused (private 10.0.0.0/8)"


@pytest.mark.parametrize(
    ("body", "warning"),
    [
        (outgoing(channel=...), "No channel is named, so it hears every public channel (all_public_channels)."),
        (
            outgoing(urls=["http://127.0.0.1:8080/x?key=s3cret"]),
            f"A url cannot be called: 127.0.0.1 is refused (loopback 127.0.0.0/8); to allow it, add {ALLOWANCE}.",
        ),
        (
            outgoing(retryFailedCalls=True, retryDelay="Hourly"),
            "retryDelay 'hourly' is none of powers-of-ten, powers-of-two, increments-of-two: nothing will be retried.",
        ),
        (
            outgoing(event="roomJoined", triggerWords=["a"]),
            "triggerWords are left out: roomJoined has no text to search.",
        ),
        (incoming(scriptEnabled=True), "scriptEnabled is true and there is no script: it works as without one."),
        (incoming(channel="#secret"), "rocket.cat is not in #secret, so posting there fails: invite that user."),
    ],
)
def test_what_the_author_should_know_is_said_in_the_answer(desk: Desk, body: JsonObject, warning: str) -> None:
    assert desk.warnings(body) == [warning]


def test_a_name_is_judged_by_all_it_resolves_to_and_each_problem_said_once(desk: Desk) -> None:
    urls = ["http://intranet.example/a", "http://intranet.example/b", "http://unknown.example/", "ftp://a.example"]
    assert desk.warnings(outgoing(urls=urls)) == (
        [
            f"A url cannot be called: intranet.example is {REFUSED}; to allow it, add {SETTING}=10.1.2.3/32.",
            "A url cannot be called: the url is not valid: it must begin with http:// or https://.",
        ]
    )


def test_a_name_that_takes_too_long_to_look_up_says_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    class Slow:
        async def resolve(self, host: str) -> list[str]:
            await asyncio.sleep(60)
            raise AssertionError

    monkeypatch.setattr(warnings, "LOOKUP_SECONDS", 0.01)
    slow = replace(desk, registry=replace(desk.registry, resolver=Slow()))
    assert slow.warnings(outgoing(urls=["http://slow.example/"])) == []


def test_a_broken_script_is_warned_of_with_its_consequence(desk: Desk) -> None:
    (warning,) = desk.warnings(outgoing(script="def", scriptEnabled=True))
    assert warning.startswith("The script cannot run (line 1: ") and warning.endswith("nothing is sent.")


def test_nothing_to_say_is_an_empty_list_and_an_allowance_of_its_own_counts(desk: Desk) -> None:
    assert desk.warnings(incoming()) == []
    assert desk.warnings(outgoing(urls=["http://127.0.0.1/"], hookcell={"egressAllow": ["127.0.0.0/8"]})) == []
