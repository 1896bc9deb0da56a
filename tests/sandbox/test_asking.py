import pytest

from sandbox import JsonValue, Raised, ServiceError
from tests.sandbox.cells import Cells

FETCH = "from hookcell import http\ndef process_incoming(request):\n    return http.get('a').text\n"


class Odd:
    """What it says is a number that no cell's JSON has a form for."""

    def __init__(self, *, refuses: bool) -> None:
        self._refuses = refuses

    async def ask(self, service: str, verb: str, arguments: dict[str, JsonValue]) -> JsonValue:
        if self._refuses:
            raise ServiceError("http.Error", "no", {"status": 2**64})
        return {"text": "", "status": 2**64}


@pytest.mark.parametrize("refuses", [False, True])
def test_an_answer_that_no_cell_can_be_given_is_a_defect_of_the_host_and_nobody_waits(
    cells: Cells, refuses: bool
) -> None:
    outcome = cells.call(FETCH, services=Odd(refuses=refuses), overall_seconds=5)
    assert isinstance(outcome, Raised)
    assert (outcome.exception, outcome.message) == ("RuntimeError", "the host failed to do this")
