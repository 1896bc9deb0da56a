"""integrations.create: its schema, its checks in their order, and the example calls of the API documents."""

from tests.compat.integrations.facts import (
    ABSENT,
    DATE,
    NOT_LOGGED_IN,
    Answer,
    Fact,
    Matching,
    invalid,
    plain,
    refused,
)
from tests.engine.registries import incoming, outgoing

CREATE = "POST integrations.create"
ONE_OF = "must match exactly one schema in oneOf"
EXTRA = "must NOT have additional properties"
IN, IN_PREFIX = {"method": "addIncomingIntegration"}, {"method": "updateIncomingIntegration"}
VALIDATE = {"function": "validateOutgoing"}
REQUIRED = {"function": "validateOutgoing._verifyRequiredFields"}
TO_CHANNELS = {"function": "validateOutgoing._verifyUserHasPermissionForChannels"}
START = "Invalid channel. Start with @ or #"
IN_PATTERN = 'must match pattern "webhook-incoming"'

EXAMPLE_0_49 = (
    '{ "type": "webhook-outgoing", "name": "Testing via REST API", "event": "sendMessage", "enabled": false,'
    ' "username": "rocket.cat", "urls": ["http://text2gif.guggy.com/guggify"], "scriptEnabled": false }'
)
EXAMPLE_1_1_IN = (
    '{ "type": "webhook-incoming", "username": "rocket.cat", "channel": "#general", "scriptEnabled": false,'
    ' "name": "testHook", "enabled": true }'
)
EXAMPLE_1_1_OUT = (
    '{ "type": "webhook-outgoing", "name": "Testing via REST API", "event": "sendMessage", "enabled": false,'
    ' "channel": "#general", "username": "rocket.cat", "urls": ["http://text2gif.guggy.com/guggify"],'
    ' "scriptEnabled": false }'
)
COMPUTED = {
    "_id": Matching(r"\w{17}"),
    "_createdAt": DATE,
    "_updatedAt": DATE,
    "_createdBy": {"_id": "$id.admin", "username": "admin"},
    "userId": "rocket.cat",
}
OF_THE_OUTGOING_EXAMPLE = {
    "type": "webhook-outgoing",
    "name": "Testing via REST API",
    "event": "sendMessage",
    "enabled": False,
    "username": "rocket.cat",
    "urls": ["http://text2gif.guggy.com/guggify"],
    "scriptEnabled": False,
    **COMPUTED,
}


def stored(**fields: object) -> Answer:
    return Answer({"integration": fields})


def no(*messages: str) -> Answer:
    return invalid(*messages, ONE_OF)


FACTS = [
    Fact(
        "the example of the 0.49 page answers its record, with no channel as an empty list",
        CREATE,
        EXAMPLE_0_49,
        stored(**OF_THE_OUTGOING_EXAMPLE, channel=[]),
        strict=no("must have required property 'channel'"),
    ),
    Fact(
        "the incoming example of the 1.1 page answers its record",
        CREATE,
        EXAMPLE_1_1_IN,
        stored(type="webhook-incoming", channel=["#general"], name="testHook", enabled=True, **COMPUTED),
    ),
    Fact(
        "the outgoing example of the 1.1 page answers its record",
        CREATE,
        EXAMPLE_1_1_OUT,
        stored(**OF_THE_OUTGOING_EXAMPLE, channel=["#general"]),
    ),
    Fact("nobody creates without a login", CREATE, incoming(), NOT_LOGGED_IN, who=""),
    # the schema
    Fact("an empty body lacks the first property of each shape", CREATE, {}, no("must have required property 'type'")),
    Fact(
        "a body that fits neither shape has the messages of both, the incoming one's first",
        CREATE,
        outgoing(username=...),
        no("must have required property 'username'"),
    ),
    Fact(
        "a type of neither kind fails the schema, with a message of each shape",
        CREATE,
        incoming(type="foo"),
        no(IN_PATTERN, "must have required property 'event'"),
    ),
    Fact(
        "a type that contains a kind's name passes the schema and is no type, whoever asks",
        CREATE,
        incoming(type="webhook-incoming-invalid"),
        plain("Invalid integration type."),
        who="nobody",
    ),
    Fact(
        "a property that no shape has is refused",
        CREATE,
        incoming(nonsense=1),
        no(EXTRA, "must have required property 'event'"),
    ),
    Fact(
        "a property of the other kind is refused",
        CREATE,
        outgoing(overrideDestinationChannelEnabled=True),
        no(EXTRA),
    ),
    Fact(
        "scalars are coerced to the type that is asked for",
        CREATE,
        outgoing(enabled="false", scriptEnabled=0, retryCount="4", name=5, token=True),
        stored(enabled=False, scriptEnabled=False, retryCount=4, name="5", token="true"),
    ),
    Fact(
        "what is computed may be sent and is not believed",
        CREATE,
        incoming(_id="mine", userId="x", token="mine", scriptCompiled="x", scriptError={}, _updatedAt="x"),
        stored(**COMPUTED, token=Matching("[2-9A-HJ-NP-TW-Za-km-z]{48}"), scriptError=ABSENT, scriptCompiled=ABSENT),
    ),
    # the order of checks of an incoming one
    Fact(
        "without the permission an incoming one is not authorized, though all else is wrong",
        CREATE,
        incoming(channel=" ", username=" "),
        refused("Unauthorized", "not_authorized", **IN),
        who="nobody",
    ),
    Fact(
        "a blank channel comes before a blank username",
        CREATE,
        incoming(channel=" ", username=" "),
        refused("Invalid channel", "error-invalid-channel", **IN),
    ),
    Fact(
        "a channel without its prefix comes before a blank username, and names the other method",
        CREATE,
        incoming(channel="general", username=" "),
        refused(START, "error-invalid-channel-start-with-chars", **IN_PREFIX),
    ),
    Fact(
        "a blank username comes before a channel that is not there",
        CREATE,
        incoming(channel="#nowhere", username=" "),
        refused("Invalid username", "error-invalid-username", **IN),
    ),
    Fact(
        "an unknown username comes before a channel that is not there",
        CREATE,
        incoming(channel="#nowhere", username="who"),
        refused("Invalid user", "error-invalid-user", **IN),
    ),
    Fact(
        "upper and lower case count in a username",
        CREATE,
        incoming(username="Rocket.Cat"),
        refused("Invalid user", "error-invalid-user", **IN),
    ),
    Fact(
        "a posting user without message-impersonate is asked about strictly only, before the channels",
        CREATE,
        incoming(username="nobody", channel="#nowhere"),
        refused("Invalid room", "error-invalid-room", **IN),
        strict=refused("", "error-user-lacks-message-impersonate-permission", **IN),
    ),
    Fact(
        "an outgoing one's posting user is never asked for message-impersonate",
        CREATE,
        outgoing(username="nobody"),
        stored(username="nobody", userId="$id.nobody"),
    ),
    Fact(
        "scripts that are frozen are refused after the username and before the user",
        CREATE,
        incoming(script="x", username="who"),
        plain("integration-scripts-disabled"),
        modes=("frozen",),
    ),
    Fact(
        "an outgoing script that is frozen is refused before anything else is looked at",
        CREATE,
        outgoing(script="x", event="?", username=" "),
        plain("integration-scripts-disabled"),
        modes=("frozen",),
    ),
    Fact("a blank script is none to freeze", CREATE, incoming(script=" "), stored(script=" "), modes=("frozen",)),
    # the order of checks of an outgoing one
    Fact(
        "without the permission an outgoing one is not authorized, without a reason and details",
        CREATE,
        outgoing(event="?"),
        refused("", "not_authorized"),
        who="insider",
    ),
    Fact(
        "an unknown event comes first",
        CREATE,
        outgoing(event="messageDeleted", username=" ", urls=[], channel=""),
        refused("Invalid event type", "error-invalid-event-type", **REQUIRED),
    ),
    Fact(
        "a blank username of an outgoing one comes before the target room",
        CREATE,
        outgoing(event="userCreated", username=" ", urls=[]),
        refused("Invalid username", "error-invalid-username", **REQUIRED),
    ),
    Fact(
        "userCreated needs a target room, asked for before the urls",
        CREATE,
        outgoing(event="userCreated", urls=[]),
        refused("Invalid Target Room", "error-invalid-targetRoom", **REQUIRED),
    ),
    Fact(
        "urls that are missing are asked for before the channel",
        CREATE,
        outgoing(urls=..., channel=""),
        refused("Invalid URLs", "error-invalid-urls", **REQUIRED),
    ),
    Fact(
        "urls that are all blank are none",
        CREATE,
        outgoing(urls=[" "]),
        refused("Invalid URLs", "error-invalid-urls", **REQUIRED),
    ),
    Fact(
        "an empty url fails the schema",
        CREATE,
        outgoing(urls=[""]),
        no(EXTRA, "must NOT have fewer than 1 characters"),
    ),
    Fact(
        "an outgoing channel that is blank comes before an unknown user",
        CREATE,
        outgoing(channel=" ", username="who"),
        refused("Invalid Channel", "error-invalid-channel", **VALIDATE),
    ),
    Fact(
        "an outgoing channel without its prefix comes before an unknown user",
        CREATE,
        outgoing(channel="general", username="who"),
        refused(START, "error-invalid-channel-start-with-chars", **VALIDATE),
    ),
    Fact(
        "an event outside channels is not for those who manage only their own",
        CREATE,
        outgoing(event="roomCreated", channel="", username="who"),
        refused("Invalid permission for required Integration creation.", "error-invalid-permissions", **VALIDATE),
        who="outsider",
    ),
    Fact(
        "an unknown outgoing user comes before a channel that is not there",
        CREATE,
        outgoing(username="who", channel="#nowhere"),
        refused("Invalid user (did you delete the `rocket.cat` user?)", "error-invalid-user", **VALIDATE),
    ),
    Fact(
        "a channel that is not there comes last",
        CREATE,
        outgoing(channel="#nowhere"),
        refused("Invalid room", "error-invalid-room", **TO_CHANNELS),
    ),
    # what differs by the strict table
    Fact(
        "trigger words may be text with commas",
        CREATE,
        outgoing(triggerWords="!a, !b"),
        stored(triggerWords=["!a", "!b"]),
        strict=no(EXTRA, "must be array"),
    ),
    Fact(
        "an outgoing one without a channel warns that it hears every public channel",
        CREATE,
        outgoing(channel=...),
        Answer(
            {
                "integration": {"channel": []},
                "warnings": ["No channel is named, so it hears every public channel (all_public_channels)."],
            }
        ),
        strict=no("must have required property 'channel'"),
    ),
    Fact(
        "our own settings are kept in their object, and only those that were set",
        CREATE,
        incoming(hookcell={"history": "failures", "loopDepth": 2, "isolation": None}),
        stored(hookcell={"history": "failures", "loopDepth": 2, "isolation": ABSENT}),
    ),
    Fact(
        "an unknown setting of ours names those that are known",
        CREATE,
        incoming(hookcell={"nonsense": 1}),
        no(
            "hookcell must NOT have additional properties: 'nonsense'; known are isolation, history, loopGuard,"
            " loopDepth, egressAllow",
            "must have required property 'event'",
        ),
    ),
    Fact(
        "opening egress is not for those who manage only their own",
        CREATE,
        outgoing(hookcell={"egressAllow": ["10.0.0.0/8"]}),
        refused(
            "hookcell.egressAllow needs the permission manage-outgoing-integrations",
            "not_authorized",
            setting="hookcell.egressAllow",
        ),
        who="owner",
    ),
    Fact(
        "a url that may not be called is a warning that names the setting",
        CREATE,
        outgoing(urls=["http://10.1.2.3/hook"]),
        Answer({"warnings": [Matching(r".*HOOKCELL_EGRESS_ALLOW=10\.1\.2\.3/32.*")]}),
    ),
]
