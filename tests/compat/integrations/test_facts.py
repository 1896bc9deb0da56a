"""Every row, against a started server: as hookcell is, under HOOKCELL_STRICT_COMPAT, and where an operator's setting
counts, with that setting."""

import pytest

from tests.compat.integrations import (
    rows_channels,
    rows_create,
    rows_history,
    rows_read,
    rows_records,
    rows_remove,
    rows_rights,
    rows_update,
)
from tests.compat.integrations.facts import Fact, check
from tests.compat.integrations.stage import SETTINGS, Stage

TABLES = (
    rows_create,
    rows_records,
    rows_channels,
    rows_update,
    rows_remove,
    rows_read,
    rows_rights,
    rows_history,
)
FACTS = [fact for table in TABLES for fact in table.FACTS]
TRIED = [(mode, fact) for mode in SETTINGS for fact in FACTS if mode in fact.modes]


@pytest.mark.parametrize(
    ("stage", "fact"), TRIED, ids=[f"{mode}: {fact.says}" for mode, fact in TRIED], indirect=["stage"], scope="package"
)
def test_a_fact_of_the_original_holds(stage: Stage, fact: Fact) -> None:
    check(stage, fact)


def test_no_two_facts_say_the_same() -> None:
    assert len({fact.says for fact in FACTS}) == len(FACTS)
