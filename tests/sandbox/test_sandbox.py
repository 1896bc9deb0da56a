from dataclasses import replace

from sandbox import Compiled, Completed, NotRun
from tests.sandbox.cells import SHORT, Cells, started

ECHO = "seen = request['a']\ndef process_incoming(given):\n    return [seen, given is request]\n"


def test_an_argument_can_be_named_in_the_module_too(cells: Cells) -> None:
    outcome = cells.call(ECHO, {"a": 1}, bind=("request",))
    assert isinstance(outcome, Completed)
    assert outcome.value == [1, True]


def test_a_module_sees_nothing_that_was_not_bound(cells: Cells) -> None:
    source = (
        "try:\n    request\nexcept NameError:\n    seen = 'nothing'\ndef process_incoming(given):\n    return seen\n"
    )
    assert isinstance(bound := cells.call(source + "", {"a": 1}), Completed)
    assert bound.value == "nothing"


def test_whoever_waits_too_long_for_a_turn_to_compile_is_told_that_it_is_busy() -> None:
    with started(replace(SHORT, wait_for_cell_seconds=0.2)) as cells:

        async def crowded() -> tuple[object, object]:
            turns = cells.sandbox._compiling
            taken = 0
            while not turns.locked():
                await turns.acquire()
                taken += 1
            waited = await cells.sandbox.compile(ECHO)
            for _ in range(taken):
                turns.release()
            return waited, await cells.sandbox.compile(ECHO)

        waited, later = cells.run(crowded())
    assert waited == NotRun("busy")
    assert isinstance(later, Compiled)
