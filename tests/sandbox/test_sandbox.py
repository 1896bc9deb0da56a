from sandbox import Completed
from tests.sandbox.cells import Cells

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
