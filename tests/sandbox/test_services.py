"""A hook asks its host and waits: its own call stands still, no other."""

import asyncio
import signal
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from sandbox import Completed, Crashed, JsonValue, NotRun, Outcome, Raised, ServiceError, TimedOut
from tests.sandbox.cells import SHORT, Cells, started

FETCH = (
    "from hookcell import http\n"
    "def process_incoming(request):\n"
    "    if request['url']:\n"
    "        return http.get(request['url']).text\n"
    "    return 'no need'\n"
)


@dataclass
class Host:
    """Answers http requests with their url, after `seconds`; remembers what it was asked."""

    seconds: float = 0
    asked: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    cancelled: int = 0

    async def ask(self, service: str, verb: str, arguments: dict[str, JsonValue]) -> JsonValue:
        self.asked.append((service, verb, arguments))
        if arguments.get("url") == "refused":
            raise ServiceError("http.Error", "not there", {"reason": "connect"})
        if arguments.get("url") == "defect":
            raise ZeroDivisionError
        try:
            await asyncio.sleep(self.seconds)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        return {"status_code": 200, "headers": {}, "text": f"from {arguments['url']}", "url": ""}


@dataclass
class Gathering(Host):
    """Answers once `number` wait for an answer, and not before."""

    number: int = 1

    async def ask(self, service: str, verb: str, arguments: dict[str, JsonValue]) -> JsonValue:
        answer = await super().ask(service, verb, arguments)
        while len(self.asked) < self.number:
            await asyncio.sleep(0.005)
        return answer


@dataclass
class Keeper:
    kept: list[JsonValue] = field(default_factory=list)

    async def ask(self, service: str, verb: str, arguments: dict[str, JsonValue]) -> JsonValue:
        self.kept.append(arguments["value"])
        return None


def value(outcome: Outcome) -> object:
    assert isinstance(outcome, Completed), outcome
    return outcome.value


def test_a_hook_asks_and_goes_on_with_the_answer(cells: Cells) -> None:
    host = Host()
    assert value(cells.call(FETCH, {"url": "a"}, services=host)) == "from a"
    [(service, verb, arguments)] = host.asked
    assert (service, verb, arguments["method"], arguments["url"]) == ("http", "request", "GET", "a")


@pytest.mark.parametrize(
    "largest",
    [
        f"'x' * {SHORT.result_bytes - 78}",
        f"[0] * {SHORT.result_nodes - 8}",
        f"[[] for _ in range({SHORT.result_nodes // 2 - 8})]",
        f"eval('[' * {SHORT.result_depth - 2} + ']' * {SHORT.result_depth - 2})".replace("eval", "json.loads"),
    ],
)
def test_the_largest_question_that_a_call_may_ask_is_heard(cells: Cells, largest: str) -> None:
    source = f"import json\nfrom hookcell import store\ndef process_incoming(request):\n    store.set('k', {largest})\n"
    host = Keeper()
    assert isinstance(outcome := cells.call(source, services=host), Completed), outcome
    assert host.kept


def test_more_is_refused_in_the_authors_line_and_ends_no_cell(cells: Cells) -> None:
    for value in (f"'x' * {SHORT.result_bytes}", f"[[] for _ in range({SHORT.result_nodes})]"):
        source = f"from hookcell import store\ndef process_incoming(request):\n    store.set('k', {value})\n"
        outcome = cells.call(source, services=(host := Keeper()))
        assert isinstance(outcome, Raised) and (outcome.exception, outcome.line) == ("TypeError", 3), outcome
        assert not host.kept


def test_a_refusal_is_an_exception_the_script_can_catch(cells: Cells) -> None:
    source = (
        "from hookcell import http\ndef process_incoming(request):\n    try:\n        http.get('refused')\n"
        "    except http.Error as error:\n        return [error.reason, str(error)]\n"
    )
    assert value(cells.call(source, services=Host())) == ["connect", "not there"]
    outcome = cells.call(FETCH, {"url": "refused"}, services=Host())
    assert isinstance(outcome, Raised) and outcome.exception == "http.Error" and outcome.line == 4


def test_a_defect_of_the_host_is_an_error_of_the_call_and_not_its_end(cells: Cells) -> None:
    outcome = cells.call(FETCH, {"url": "defect"}, services=Host())
    assert isinstance(outcome, Raised) and outcome.exception == "RuntimeError"


def test_without_a_host_and_outside_hooks_there_is_nobody_to_ask(cells: Cells) -> None:
    outcome = cells.call(FETCH, {"url": "a"})
    assert isinstance(outcome, Raised) and outcome.message == "host services work inside hooks only"
    at_module = "from hookcell import http\nhttp.get('a')\n" + FETCH
    outcome = cells.call(at_module, {"url": "a"}, services=Host())
    assert isinstance(outcome, Raised) and outcome.message == "host services work inside hooks only"


def test_waiting_costs_neither_clock(cells: Cells) -> None:
    seconds = SHORT.wall_seconds + 0.2
    assert value(cells.call(FETCH, {"url": "a"}, services=Host(seconds))) == "from a"


def test_the_overall_limit_counts_waiting_and_ends_the_request(cells: Cells) -> None:
    host = Host(30)
    outcome = cells.call(FETCH, {"url": "a"}, services=host, overall_seconds=1.0)
    assert isinstance(outcome, TimedOut) and outcome.clock == "overall"
    cells.run(asyncio.sleep(0))
    assert host.cancelled == 1


def test_time_used_after_an_answer_counts(cells: Cells) -> None:
    source = (
        "from hookcell import http\ndef process_incoming(request):\n    http.get('a')\n    while True:\n        pass\n"
    )
    outcome = cells.call(source, services=Host())
    assert isinstance(outcome, TimedOut) and outcome.clock == "cpu" and outcome.line in (4, 5)


def test_one_that_waits_keeps_no_other_waiting(cells: Cells) -> None:
    # the second question is this test's
    host = Gathering(number=2)

    async def crowd() -> tuple[list[Outcome], Outcome]:
        program = await cells.program(FETCH, owner="crowd")

        def call(url: str) -> asyncio.Future[Outcome]:
            arguments: JsonValue = {"url": url}
            return asyncio.ensure_future(
                cells.sandbox.call(program, "process_incoming", arguments, services=host, overall_seconds=20)
            )

        slow = call("slow")
        answers = await asyncio.gather(*[call("") for _ in range(15)])
        assert not slow.done()
        await host.ask("", "", {"url": ""})
        return answers, await slow

    answers, slow = cells.run(crowd())
    assert [value(outcome) for outcome in answers] == ["no need"] * 15
    assert value(slow) == "from slow"


def test_several_that_wait_wait_side_by_side(cells: Cells) -> None:
    # one after the other, the first would wait for ever
    host = Gathering(number=4)

    async def four() -> list[Outcome]:
        program = await cells.program(FETCH, owner="side by side")
        calls = [
            cells.sandbox.call(program, "process_incoming", {"url": str(n)}, services=host, overall_seconds=20)
            for n in range(4)
        ]
        return list(await asyncio.gather(*calls))

    assert [value(outcome) for outcome in cells.run(four())] == [f"from {n}" for n in range(4)]


def test_a_call_that_has_asked_is_not_run_again_when_its_cell_dies(cells: Cells) -> None:
    async def killed() -> tuple[Outcome, Host]:
        program = await cells.program(FETCH, owner="killed")
        host = Host(5)
        call = asyncio.ensure_future(cells.sandbox.call(program, "process_incoming", {"url": "a"}, services=host))
        while not host.asked:
            await asyncio.sleep(0.005)
        pool = cells.sandbox._pool
        assert pool is not None
        next(cell for cell in pool._lane_of if cell.jobs).child.send_signal(signal.SIGKILL)
        return await call, host

    outcome, host = cells.run(killed())
    assert isinstance(outcome, Crashed)
    assert len(host.asked) == 1 and host.cancelled == 1


def test_slow_calls_that_have_asked_take_no_more_places_than_others() -> None:
    asks_and_loops = (
        "from hookcell import http\ndef process_incoming(request):\n    http.get('x')\n    while True: pass\n"
    )
    quick = "def process_incoming(request):\n    return 1\n"
    with started(replace(SHORT, cells=8, cpu_seconds=1.0, wall_seconds=2.0)) as cells:

        async def crowd() -> tuple[int, list[Outcome], list[Outcome]]:
            assert cells.sandbox._pool is not None
            pool = cells.sandbox._pool
            loops = [await cells.program(asks_and_loops, owner=f"loop {n}") for n in range(10)]
            healthy = [await cells.program(quick, owner=f"healthy {n}") for n in range(3)]
            calls = [
                asyncio.ensure_future(cells.sandbox.call(loop, "process_incoming", {}, services=Host()))
                for loop in loops
            ]
            most = 0
            while not any(call.done() for call in calls):
                most = max(most, len(pool._slow))
                await asyncio.sleep(0.01)
            answers = await asyncio.gather(*(cells.sandbox.call(one, "process_incoming", {}) for one in healthy))
            return most, answers, await asyncio.gather(*calls)

        most, answers, ends = cells.run(crowd())
    assert 0 < most <= 4
    assert [value(answer) for answer in answers] == [1, 1, 1]
    crashed = [end for end in ends if isinstance(end, Crashed)]
    assert crashed and all("slow at once" in end.message for end in crashed)
    assert all(isinstance(end, Crashed | TimedOut | NotRun) for end in ends)


def test_many_questions_of_one_call_are_answered_in_turn(cells: Cells) -> None:
    source = (
        "from hookcell import http\ndef process_incoming(request):\n"
        "    return [http.get(str(n)).text for n in range(50)]\n"
    )
    assert value(cells.call(source, services=Host())) == [f"from {n}" for n in range(50)]


def test_a_module_that_sees_its_arguments_asks_as_a_hook_does(cells: Cells) -> None:
    source = "from hookcell import http\nseen = http.get('a').text\ndef process_incoming(request): return seen\n"
    assert value(cells.call(source, {}, services=Host(), bind=("request",))) == "from a"
    outcome = cells.call(source, {}, services=Host())
    assert isinstance(outcome, Raised) and outcome.message == "host services work inside hooks only"
