"""Every row, against a started server: as hookcell is, under HOOKCELL_STRICT_COMPAT, and where an operator's setting
counts, with that setting."""

import pytest

from tests.compat.integrations.facts import Fact, check
from tests.compat.integrations.rows_channels import FACTS as CHANNELS
from tests.compat.integrations.rows_create import FACTS as CREATE
from tests.compat.integrations.rows_history import FACTS as HISTORY
from tests.compat.integrations.rows_read import FACTS as READ
from tests.compat.integrations.rows_records import FACTS as RECORDS
from tests.compat.integrations.rows_remove import FACTS as REMOVE
from tests.compat.integrations.rows_rights import FACTS as RIGHTS
from tests.compat.integrations.rows_update import FACTS as UPDATE
from tests.compat.integrations.stage import SETTINGS, Stage

FACTS = [*CREATE, *RECORDS, *CHANNELS, *UPDATE, *REMOVE, *READ, *RIGHTS, *HISTORY]
TRIED = [(mode, fact) for mode in SETTINGS for fact in FACTS if mode in fact.modes]


@pytest.mark.parametrize(
    ("stage", "fact"), TRIED, ids=[f"{mode}: {fact.says}" for mode, fact in TRIED], indirect=["stage"], scope="package"
)
def test_a_fact_of_the_original_holds(stage: Stage, fact: Fact) -> None:
    check(stage, fact)


def test_no_two_facts_say_the_same() -> None:
    assert len({fact.says for fact in FACTS}) == len(FACTS)
