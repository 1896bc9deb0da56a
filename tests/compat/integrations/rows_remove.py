"""integrations.remove: its three shapes, who may, and what is answered."""

from tests.compat.integrations.facts import FORBIDDEN, NOT_LOGGED_IN, Answer, Fact, invalid, plain, refused
from tests.compat.integrations.rows_create import ONE_OF
from tests.engine.registries import incoming, outgoing

REMOVE = "POST integrations.remove"
IN, OUT = {"method": "deleteIncomingIntegration"}, {"method": "deleteOutgoingIntegration"}
INCOMING, OUTGOING = {"type": "webhook-incoming"}, {"type": "webhook-outgoing"}
A = {"integrationId": "$a._id"}
NOT_FOUND = plain("No integration found.")


def removed(**fields: object) -> Answer:
    return Answer({"integration": {"_id": "$a._id", **fields}})


FACTS = [
    Fact("nobody removes without a login", REMOVE, {}, NOT_LOGGED_IN, who=""),
    Fact("without any permission removing is forbidden, whatever the body", REMOVE, {}, FORBIDDEN, who="nobody"),
    Fact(
        "removing answers the record that was",
        REMOVE,
        {**INCOMING, **A},
        removed(name="in", token="$a.token"),
        given={"a": incoming()},
    ),
    Fact("an outgoing one is removed by its id", REMOVE, {**OUTGOING, **A}, removed(), given={"a": outgoing()}),
    Fact(
        "an outgoing one is removed by a url",
        REMOVE,
        {**OUTGOING, "target_url": "http://93.184.216.34/r$n"},
        removed(),
        given={"a": outgoing(urls=["http://93.184.216.34/r$n", "http://93.184.216.34/"])},
    ),
    Fact("an empty body fits no shape", REMOVE, {}, invalid("must have required property 'type'", ONE_OF)),
    Fact(
        "an id and a url fit two shapes",
        REMOVE,
        {**OUTGOING, "integrationId": "a", "target_url": "b"},
        invalid(ONE_OF),
    ),
    Fact("an unknown one is not found", REMOVE, {**INCOMING, "integrationId": "gone"}, NOT_FOUND),
    Fact("one of the other kind is not found", REMOVE, {**INCOMING, **A}, NOT_FOUND, given={"a": outgoing()}),
    Fact(
        "a type that only contains a kind's name is none to remove",
        REMOVE,
        {"type": "webhook-incoming-invalid", **A},
        plain("Invalid integration type."),
        given={"a": incoming()},
    ),
    Fact(
        "the permission of the other kind is not enough",
        REMOVE,
        {**INCOMING, **A},
        refused("Unauthorized", "not_authorized", **IN),
        given={"a": incoming()},
        who="outsider",
    ),
    Fact(
        "the permission of the other kind is not enough for an outgoing one",
        REMOVE,
        {**OUTGOING, **A},
        refused("Unauthorized", "not_authorized", **OUT),
        given={"a": outgoing()},
        who="insider",
    ),
    Fact(
        "somebody else's is not removed with the own permission",
        REMOVE,
        {**OUTGOING, **A},
        refused("Invalid integration", "error-invalid-integration", **OUT),
        given={"a": outgoing()},
        who="owner",
    ),
    Fact(
        "one's own is removed with the own permission",
        REMOVE,
        {**INCOMING, **A},
        removed(),
        given={"a": ("owner", incoming())},
        who="owner",
    ),
    Fact(
        "somebody else's is removed with the permission over all",
        REMOVE,
        {**OUTGOING, **A},
        removed(),
        given={"a": ("owner", outgoing())},
        who="manager",
    ),
]
