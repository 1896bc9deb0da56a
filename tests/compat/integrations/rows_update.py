"""integrations.update: what is replaced, what stays, and the checks in their order."""

from tests.compat.integrations.facts import ABSENT, DATE, NOT_LOGGED_IN, Answer, Fact, Matching, invalid, plain, refused
from tests.compat.integrations.rows_create import EXTRA, ONE_OF, START, stored
from tests.compat.integrations.rows_records import INCOMING_SCRIPT, LABEL
from tests.engine.registries import incoming, outgoing

UPDATE = "PUT integrations.update"
IN, OUT = {"method": "updateIncomingIntegration"}, {"method": "updateOutgoingIntegration"}
A = {"integrationId": "$a._id"}
FULL_INCOMING = incoming(alias="Alias", emoji=":x:", avatar="http://a/b", script="text")
NOT_FOUND = plain("No integration found.")


def not_found(reason: str = "[methods] updateOutgoingIntegration -> integration not found") -> Answer:
    return refused(reason, "invalid_integration")


FACTS = [
    Fact("nobody updates without a login", UPDATE, incoming(**A), NOT_LOGGED_IN, who="", given={"a": incoming()}),
    Fact(
        "an update says who made it and when, and keeps who created it",
        UPDATE,
        incoming(**A, name="renamed"),
        stored(
            name="renamed",
            _updatedBy={"_id": "$id.manager", "username": "manager"},
            _updatedAt=DATE,
            _createdBy={"_id": "$id.admin", "username": "admin"},
            _createdAt="$a._createdAt",
        ),
        given={"a": incoming()},
        who="manager",
    ),
    Fact(
        "what an incoming update leaves out stays",
        UPDATE,
        incoming(**A, username=...),
        stored(alias="Alias", emoji=":x:", avatar="http://a/b", script="text", username="rocket.cat"),
        given={"a": FULL_INCOMING},
    ),
    Fact(
        "what an incoming update has to say is replaced",
        UPDATE,
        incoming(**A, username=..., name="n", enabled=False, channel="@nobody", alias="Other"),
        stored(name="n", enabled=False, channel=["@nobody"], alias="Other"),
        given={"a": FULL_INCOMING},
    ),
    Fact(
        "an incoming username may be changed, and its user id with it",
        UPDATE,
        incoming(**A, username="nobody"),
        stored(username="nobody", userId="$id.nobody"),
        given={"a": incoming()},
    ),
    Fact(
        "an update does not change an incoming token",
        UPDATE,
        incoming(**A, token="mine"),
        stored(token="$a.token"),
        given={"a": incoming()},
    ),
    Fact(
        "an incoming update may have unknown keys of records, not of anything else",
        UPDATE,
        {**incoming(**A), "_createdBy": {}, "scriptCompiled": "x"},
        stored(_createdBy={"_id": "$id.admin", "username": "admin"}),
        given={"a": incoming()},
    ),
    Fact(
        "an update lacks its name",
        UPDATE,
        outgoing(**A, name=...),
        invalid("must have required property 'name'", ONE_OF),
        given={"a": outgoing()},
    ),
    Fact(
        "an outgoing update refuses unknown keys",
        UPDATE,
        outgoing(**A, token="t", nonsense=1),
        invalid(EXTRA, ONE_OF),
        given={"a": outgoing()},
    ),
    Fact("an unknown integration is not found", UPDATE, incoming(integrationId="gone"), NOT_FOUND),
    Fact(
        "an integration of the other kind is not found",
        UPDATE,
        incoming(**A),
        NOT_FOUND,
        given={"a": outgoing()},
    ),
    Fact(
        "a type that only contains a kind's name is no type",
        UPDATE,
        incoming(**A, type="webhook-incoming-invalid"),
        plain("Invalid integration type."),
        given={"a": incoming()},
    ),
    # the order of an incoming one's checks
    Fact(
        "a blank channel comes before the permission",
        UPDATE,
        incoming(**A, channel=" "),
        refused("Invalid channel", "error-invalid-channel", **IN),
        given={"a": incoming()},
        who="nobody",
    ),
    Fact(
        "a channel without its prefix comes before the permission",
        UPDATE,
        incoming(**A, channel="general"),
        refused(START, "error-invalid-channel-start-with-chars", **IN),
        given={"a": incoming()},
        who="nobody",
    ),
    Fact(
        "without the permission an incoming update is not authorized",
        UPDATE,
        incoming(**A, channel="#nowhere"),
        refused("Unauthorized", "not_authorized", **IN),
        given={"a": incoming()},
        who="outsider",
    ),
    Fact(
        "somebody else's incoming one is an invalid integration",
        UPDATE,
        incoming(**A, channel="#nowhere"),
        refused("Invalid integration", "error-invalid-integration", **IN),
        given={"a": incoming()},
        who="owner",
    ),
    Fact(
        "an incoming channel that is not there comes before the username",
        UPDATE,
        incoming(**A, channel="#nowhere", username="who"),
        refused("Invalid room", "error-invalid-room", **IN),
        given={"a": incoming()},
    ),
    Fact(
        "an unknown username is an invalid user to post as",
        UPDATE,
        incoming(**A, username="who"),
        refused("Invalid Post As User", "error-invalid-post-as-user", **IN),
        given={"a": incoming()},
    ),
    Fact(
        "one's own incoming one may be updated",
        UPDATE,
        incoming(**A, name="mine"),
        stored(name="mine"),
        given={"a": ("owner", incoming())},
        who="owner",
    ),
    # an outgoing one's
    Fact(
        "an outgoing update without a token keeps it, except strictly",
        UPDATE,
        outgoing(**A, name="n"),
        stored(name="n", token="t"),
        strict=refused("Invalid token", "error-invalid-token", **OUT),
        given={"a": outgoing(token="t")},
    ),
    Fact(
        "an outgoing update is validated before its token and its permission",
        UPDATE,
        outgoing(**A, event="?"),
        refused("Invalid event type", "error-invalid-event-type", function="validateOutgoing._verifyRequiredFields"),
        given={"a": outgoing()},
        who="owner",
    ),
    Fact(
        "without the permission an outgoing update is not authorized",
        UPDATE,
        outgoing(**A, token="t", channel="all_public_channels"),
        refused("Unauthorized", "not_authorized", **OUT),
        given={"a": outgoing()},
        who="insider",
    ),
    Fact(
        "somebody else's outgoing one is not found",
        UPDATE,
        outgoing(**A, token="t"),
        not_found(),
        given={"a": outgoing()},
        who="owner",
    ),
    Fact(
        "an outgoing one is found by a url of its own, before its id",
        UPDATE,
        outgoing(integrationId="gone", target_url="http://93.184.216.34/$n", token="t", name="by url"),
        stored(_id="$a._id", name="by url"),
        given={"a": outgoing(urls=["http://93.184.216.34/$n"])},
    ),
    Fact(
        "what an outgoing update leaves out stays",
        UPDATE,
        outgoing(**A, token="t"),
        stored(alias="Alias", triggerWords=["!a"], retryFailedCalls=True, retryCount=2, retryDelay="powers-of-two"),
        given={
            "a": outgoing(
                alias="Alias", triggerWords=["!a"], retryFailedCalls=True, retryCount=2, retryDelay="powers-of-two"
            )
        },
    ),
    # scripts
    Fact(
        "a script that is corrected loses its error",
        UPDATE,
        incoming(**A, scriptEnabled=True, script=INCOMING_SCRIPT),
        stored(scriptError=ABSENT, scriptCompiled=LABEL),
        given={"a": incoming(scriptEnabled=True, script="def")},
    ),
    Fact(
        "a script that is broken by an update loses what was compiled",
        UPDATE,
        incoming(**A, scriptEnabled=True, script="def"),
        stored(scriptError={"name": "SyntaxError"}, scriptCompiled=ABSENT),
        given={"a": incoming(scriptEnabled=True, script=INCOMING_SCRIPT)},
    ),
    Fact(
        "a script that is switched off keeps neither error nor label",
        UPDATE,
        incoming(**A, scriptEnabled=False),
        stored(script=INCOMING_SCRIPT, scriptError=ABSENT, scriptCompiled=ABSENT),
        given={"a": incoming(scriptEnabled=True, script=INCOMING_SCRIPT)},
    ),
    Fact(
        "a script is not put in while scripts are frozen",
        UPDATE,
        incoming(**A, script="x"),
        plain("integration-scripts-disabled"),
        given={"a": incoming()},
        modes=("frozen",),
    ),
    Fact(
        "all but the script is saved while scripts are frozen",
        UPDATE,
        incoming(**A, name="n", scriptEnabled=True),
        stored(name="n", scriptEnabled=False),
        given={"a": incoming()},
        modes=("frozen",),
    ),
    Fact(
        "an update answers with warnings",
        UPDATE,
        outgoing(**A, token="t", urls=["http://10.1.2.3/"]),
        Answer({"warnings": [Matching(".*HOOKCELL_EGRESS_ALLOW.*")]}),
        given={"a": outgoing()},
    ),
]
