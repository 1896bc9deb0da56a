"""integrations.history and what is done with it: who may, which errors. Runs themselves are in test_runs.py."""

from tests.compat.integrations.facts import (
    FORBIDDEN,
    NOT_LOGGED_IN,
    Answer,
    Fact,
    Matching,
    invalid,
    invalid_query,
    plain,
    refused,
)
from tests.compat.integrations.rows_create import EXTRA
from tests.compat.integrations.rows_read import JSON_QUERY, UNSAFE
from tests.engine.registries import incoming, outgoing

HISTORY, CLEAR = "GET integrations.history", "POST integrations.clearHistory"
REPLAY_OUT, REPLAY_IN = "POST integrations.replayOutgoing", "POST integrations.replayIncoming"
ROTATE = "POST integrations.rotateToken"
OF_A = {"id": "$a._id"}
A = {"integrationId": "$a._id"}
RUN_OF_A = {**A, "historyId": "gone"}
EMPTY = Answer({"history": [], "offset": 0, "items": 0, "count": 0, "total": 0})
CLEARING = {"method": "clearIntegrationHistory"}
OUT, IN = {"method": "replayOutgoingIntegration"}, {"method": "replayIncomingIntegration"}
TOKEN = {"method": "rotateIncomingIntegrationToken"}
NEEDS_ID = "must have required property 'integrationId'"


def unauthorized(**details: str) -> Answer:
    return refused("Unauthorized", "not_authorized", **details)


def invalid_integration(**details: str) -> Answer:
    return refused("Invalid integration", "error-invalid-integration", **details)


FACTS = [
    Fact("nobody reads history without a login", HISTORY, {"id": "x"}, NOT_LOGGED_IN, who=""),
    Fact("without any permission history is forbidden, whatever is asked for", HISTORY, {}, FORBIDDEN, who="nobody"),
    Fact("a history has to be named", HISTORY, {}, invalid_query("must have required property 'id'")),
    Fact("a blank id is invalid", HISTORY, {"id": " "}, plain("Invalid integration id.")),
    Fact("an unknown id has an empty history", HISTORY, {"id": "gone"}, EMPTY),
    Fact("what never ran has an empty history", HISTORY, OF_A, EMPTY, given={"a": outgoing()}),
    Fact(
        "an incoming one's history takes the permission of its kind, strictly the outgoing one",
        HISTORY,
        OF_A,
        EMPTY,
        strict=FORBIDDEN,
        given={"a": incoming()},
        who="insider",
    ),
    Fact(
        "the outgoing permission shows no incoming history, except strictly",
        HISTORY,
        OF_A,
        FORBIDDEN,
        strict=EMPTY,
        given={"a": incoming()},
        who="outsider",
    ),
    Fact(
        "strictly the outgoing permission is asked for before the parameters",
        HISTORY,
        {},
        invalid_query("must have required property 'id'"),
        strict=FORBIDDEN,
        who="insider",
    ),
    Fact(
        "the own permission shows nothing of the history of others",
        HISTORY,
        OF_A,
        EMPTY,
        given={"a": outgoing()},
        who="owner",
    ),
    Fact(
        "history cannot be sorted by what is inside its records",
        HISTORY,
        {"id": "x", "sort": '{"step": 1}'},
        refused(
            "Invalid sort parameter provided: history cannot be sorted by step, but by _updatedAt, _createdAt, _id,"
            " state",
            "error-invalid-sort",
            **JSON_QUERY,
        ),
    ),
    Fact("a field that history does not have sorts nothing", HISTORY, {"id": "x", "sort": '{"ts": -1}'}, EMPTY),
    Fact(
        "a query of history is an unknown parameter unless the operator allows it",
        HISTORY,
        {"id": "x", "query": "{}"},
        invalid_query(f"{EXTRA}: query needs {UNSAFE}"),
    ),
    Fact("a query of history is allowed with that", HISTORY, {"id": "x", "query": "{}"}, EMPTY, modes=("opened",)),
    # clearing
    Fact("nobody clears without a login", CLEAR, {}, NOT_LOGGED_IN, who=""),
    Fact("a history to clear has to be named", CLEAR, {}, invalid(NEEDS_ID), who="nobody"),
    Fact("clearing needs a permission", CLEAR, A, unauthorized(**CLEARING), given={"a": outgoing()}, who="nobody"),
    Fact(
        "clearing needs it for one that is gone, too",
        CLEAR,
        {"integrationId": "x"},
        unauthorized(**CLEARING),
        who="insider",
    ),
    Fact("an unknown history is not cleared", CLEAR, {"integrationId": "gone"}, invalid_integration(**CLEARING)),
    Fact(
        "the own permission clears nothing of others",
        CLEAR,
        A,
        invalid_integration(**CLEARING),
        given={"a": outgoing()},
        who="owner",
    ),
    Fact(
        "an incoming one's history is cleared with the permission of its kind, strictly the outgoing one",
        CLEAR,
        A,
        Answer({}),
        strict=unauthorized(**CLEARING),
        given={"a": ("insider", incoming())},
        who="insider",
    ),
    Fact("one's own is cleared", CLEAR, A, Answer({"success": True}), given={"a": ("owner", outgoing())}, who="owner"),
    # replaying a delivery
    Fact("nobody replays without a login", REPLAY_OUT, {}, NOT_LOGGED_IN, who=""),
    Fact(
        "a delivery to replay has to be named",
        REPLAY_OUT,
        A,
        invalid("must have required property 'historyId'"),
        given={"a": outgoing()},
    ),
    Fact(
        "replaying needs an outgoing permission",
        REPLAY_OUT,
        RUN_OF_A,
        unauthorized(**OUT),
        given={"a": outgoing()},
        who="insider",
    ),
    Fact(
        "a delivery of an unknown integration is not replayed",
        REPLAY_OUT,
        {"integrationId": "gone", "historyId": "x"},
        invalid_integration(**OUT),
    ),
    Fact(
        "the own permission replays nothing of others",
        REPLAY_OUT,
        RUN_OF_A,
        invalid_integration(**OUT),
        given={"a": outgoing()},
        who="owner",
    ),
    Fact(
        "an unknown delivery is not replayed",
        REPLAY_OUT,
        RUN_OF_A,
        refused("Invalid Integration History", "error-invalid-integration-history", **OUT),
        given={"a": outgoing()},
    ),
    # replaying a webhook
    Fact("nobody replays a webhook without a login", REPLAY_IN, {}, NOT_LOGGED_IN, who=""),
    Fact(
        "replaying a webhook needs an incoming permission",
        REPLAY_IN,
        RUN_OF_A,
        unauthorized(**IN),
        given={"a": incoming()},
        who="outsider",
    ),
    Fact(
        "the own permission replays no webhook of others",
        REPLAY_IN,
        RUN_OF_A,
        invalid_integration(**IN),
        given={"a": incoming()},
        who="owner",
    ),
    Fact(
        "an unknown run is not replayed",
        REPLAY_IN,
        RUN_OF_A,
        refused("Invalid Integration History", "error-invalid-integration-history", **IN),
        given={"a": incoming()},
    ),
    Fact(
        "an outgoing integration has no webhook to replay",
        REPLAY_IN,
        RUN_OF_A,
        refused("The integration type to replay must be an incoming webhook.", "integration-type-must-be-incoming"),
        given={"a": outgoing()},
    ),
    # a new token
    Fact("nobody rotates a token without a login", ROTATE, {}, NOT_LOGGED_IN, who=""),
    Fact("a token to rotate has to be named", ROTATE, {}, invalid(NEEDS_ID)),
    Fact(
        "an unknown integration has no token to rotate", ROTATE, {"integrationId": "x"}, plain("No integration found.")
    ),
    Fact("an outgoing token is not rotated", ROTATE, A, plain("No integration found."), given={"a": outgoing()}),
    Fact(
        "rotating needs a permission",
        ROTATE,
        A,
        unauthorized(**TOKEN),
        given={"a": incoming()},
        who="outsider",
    ),
    Fact(
        "the own permission rotates no token of others",
        ROTATE,
        A,
        invalid_integration(**TOKEN),
        given={"a": incoming()},
        who="owner",
    ),
    Fact(
        "a rotated token is a new one",
        ROTATE,
        A,
        Answer({"integration": {"_id": "$a._id", "token": Matching(r"\w{48}"), "name": "$a.name"}}),
        given={"a": ("owner", incoming())},
        who="owner",
    ),
]
