"""integrations.get, integrations.list and the integrations of a room."""

from tests.compat.integrations.facts import (
    ABSENT,
    FORBIDDEN,
    NOT_LOGGED_IN,
    Answer,
    Fact,
    invalid_query,
    plain,
    refused,
)
from tests.compat.integrations.rows_create import EXTRA
from tests.engine.registries import incoming, outgoing

GET, LIST = "GET integrations.get", "GET integrations.list"
OF_CHANNEL, OF_GROUP = "GET channels.getIntegrations", "GET groups.getIntegrations"
UNSAFE = "HOOKCELL_ALLOW_UNSAFE_QUERY_AND_FIELDS_API_PARAMS=true"
JSON_QUERY = {"helperMethod": "parseJsonQuery"}
MINE = {"name": "$n:"}
THREE = {"a": incoming(name="$n: b"), "b": outgoing(name="$n: A", alias="x"), "c": incoming(name="$n: c", alias="w")}
ROOM_PARAM = refused('The parameter "roomId" or "roomName" is required', "error-roomid-param-not-provided")


def listed(*names: str, total: int | None = None, offset: int = 0) -> Answer:
    """The records of these names in this order; `$n:` stands before each."""
    count = len(names)
    records = [{"name": f"$n: {name}"} for name in names]
    total = count if total is None else total
    return Answer({"integrations": records, "offset": offset, "items": count, "count": count, "total": total})


def no_room(kind: str) -> Answer:
    reason = f'The required "roomId" or "roomName" param provided does not match any {kind}'
    return refused(reason, "error-room-not-found")


FACTS = [
    # get
    Fact("nobody gets without a login", GET, {"integrationId": "x"}, NOT_LOGGED_IN, who=""),
    Fact(
        "an id is asked for before any permission",
        GET,
        {},
        invalid_query("must have required property 'integrationId'"),
        who="nobody",
    ),
    Fact("an unknown id does not exists", GET, {"integrationId": "x"}, plain("The integration does not exists.")),
    Fact(
        "one of another creator than asked for does not exists",
        GET,
        {"integrationId": "$a._id", "createdBy": "$id.owner"},
        plain("The integration does not exists."),
        given={"a": incoming()},
    ),
    Fact(
        "one of the creator asked for is there",
        GET,
        {"integrationId": "$a._id", "createdBy": "$id.owner"},
        Answer({"integration": {"_id": "$a._id"}}),
        given={"a": ("owner", incoming())},
    ),
    Fact(
        "who holds no permission is not authorized, without a type",
        GET,
        {"integrationId": "$a._id"},
        plain("not-authorized"),
        given={"a": incoming()},
        who="nobody",
    ),
    Fact(
        "the permission of the other kind shows nothing",
        GET,
        {"integrationId": "$a._id"},
        plain("not-authorized"),
        given={"a": outgoing()},
        who="insider",
    ),
    Fact(
        "the own permission shows nothing of others",
        GET,
        {"integrationId": "$a._id"},
        plain("not-authorized"),
        given={"a": outgoing()},
        who="owner",
    ),
    Fact(
        "the own permission shows one's own, all of it",
        GET,
        {"integrationId": "$a._id"},
        Answer({"integration": {"token": "$a.token"}}),
        given={"a": ("owner", incoming())},
        who="owner",
    ),
    # list
    Fact("nobody lists without a login", LIST, {}, NOT_LOGGED_IN, who=""),
    Fact(
        "without any permission listing is forbidden, whatever is asked for", LIST, {"x": "1"}, FORBIDDEN, who="nobody"
    ),
    Fact("a list is in natural order", LIST, MINE, listed("b", "A", "c"), given=THREE),
    Fact("a name is looked for in any case and inside", LIST, {"name": "$N: a"}, listed(), given=THREE),
    Fact("a name is no pattern", LIST, {"name": "$n: ."}, listed(), given=THREE),
    Fact("a type is exact", LIST, {**MINE, "type": "webhook-outgoing"}, listed("A"), given=THREE),
    Fact("a type that is part of one is none", LIST, {**MINE, "type": "webhook"}, listed(), given=THREE),
    Fact(
        "a page says where it is and how many there are",
        LIST,
        {**MINE, "offset": "1", "count": "1"},
        listed("A", total=3, offset=1),
        given=THREE,
    ),
    Fact("a count of 0 asks for all", LIST, {**MINE, "count": "0"}, listed("b", "A", "c"), given=THREE),
    Fact("an offset beyond the end is empty", LIST, {**MINE, "offset": "9"}, listed(total=3, offset=9), given=THREE),
    Fact("a list is sorted up", LIST, {**MINE, "sort": '{"alias": 1}'}, listed("b", "c", "A"), given=THREE),
    Fact("a list is sorted down", LIST, {**MINE, "sort": '{"alias": -1}'}, listed("A", "c", "b"), given=THREE),
    Fact(
        "a list is sorted by one field after another",
        LIST,
        {**MINE, "sort": '{"type": -1, "name": -1}'},
        listed("A", "c", "b"),
        given=THREE,
    ),
    Fact(
        "a field that no record has sorts nothing",
        LIST,
        {**MINE, "sort": '{"nonsense": -1}'},
        listed("b", "A", "c"),
        given=THREE,
    ),
    Fact(
        "a list is sorted by the field of a field",
        LIST,
        {**MINE, "sort": '{"_createdBy.username": -1}'},
        listed("y", "x"),
        given={"a": incoming(name="$n: x"), "b": ("owner", incoming(name="$n: y"))},
    ),
    Fact(
        "an order that is no JSON is none",
        LIST,
        {"sort": "name"},
        refused('Invalid sort parameter provided: "name" is not like {"ts": -1}', "error-invalid-sort", **JSON_QUERY),
    ),
    Fact(
        "an order is 1 or -1",
        LIST,
        {"sort": '{"name": 2}'},
        refused(
            'Invalid sort parameter provided: "{"name": 2}" is not like {"ts": -1}', "error-invalid-sort", **JSON_QUERY
        ),
    ),
    Fact("a count is a number", LIST, {"count": "many"}, invalid_query("must be number")),
    Fact("a parameter that is not known is refused", LIST, {"nonsense": "1"}, invalid_query(EXTRA)),
    Fact(
        "a query is an unknown parameter unless the operator allows it",
        LIST,
        {"query": "{}"},
        invalid_query(f"{EXTRA}: query needs {UNSAFE}"),
    ),
    Fact(
        "fields are an unknown parameter unless the operator allows them",
        LIST,
        {"fields": "{}"},
        invalid_query(f"{EXTRA}: fields needs {UNSAFE}"),
    ),
    Fact(
        "a query narrows the list where it is allowed",
        LIST,
        {**MINE, "query": '{"$or": [{"alias": "w"}, {"name": {"$regex": "b$"}}]}'},
        listed("b", "c"),
        given=THREE,
        modes=("opened",),
    ),
    Fact(
        "fields are those that are shown where it is allowed",
        LIST,
        {**MINE, "fields": '{"alias": 1}', "query": '{"alias": "w"}'},
        Answer({"integrations": [{"_id": "$c._id", "alias": "w", "name": ABSENT, "token": ABSENT}], "total": 1}),
        given=THREE,
        modes=("opened",),
    ),
    Fact(
        "a query that is no JSON is none",
        LIST,
        {"query": "name"},
        refused('Invalid query parameter provided: "name" is not a JSON object', "error-invalid-query", **JSON_QUERY),
        modes=("opened",),
    ),
    Fact(
        "fields that are no JSON are none",
        LIST,
        {"fields": "name"},
        refused(
            'Invalid fields parameter provided: "name" is not like {"name": 1}', "error-invalid-fields", **JSON_QUERY
        ),
        modes=("opened",),
    ),
    Fact(
        "statistics are added where they are asked for",
        LIST,
        {**MINE, "stats": "1"},
        Answer({"integrations": [{"_id": "$a._id", "lastRun": None, "lastFailure": None, "failures24h": 0}]}),
        given={"a": incoming(name="$n: x")},
    ),
    Fact(
        "statistics are not there unless they are asked for",
        LIST,
        MINE,
        Answer({"integrations": [{"lastRun": ABSENT, "failures24h": ABSENT}]}),
        given={"a": incoming(name="$n: x")},
    ),
    # of a room
    Fact("without any permission a channel shows none", OF_CHANNEL, {"roomName": "general"}, FORBIDDEN, who="nobody"),
    Fact("a channel has to be named", OF_CHANNEL, {}, ROOM_PARAM),
    Fact("a group has to be named", OF_GROUP, {}, ROOM_PARAM),
    Fact("a group is no channel", OF_CHANNEL, {"roomName": "secret"}, no_room("channel")),
    Fact("a channel is no group", OF_GROUP, {"roomId": "GENERAL"}, no_room("group")),
    Fact("a group that one is not in is not there", OF_GROUP, {"roomName": "secret"}, no_room("group"), who="manager"),
    Fact(
        "a channel's integrations name it, the oldest first, or hear all channels unless that is left out",
        OF_CHANNEL,
        {"roomName": "quiet", "includeAllPublicChannels": "false"},
        Answer(
            {
                "integrations": [{"_id": "$a._id"}, {"_id": "$b._id"}],
                "count": 2,
                "offset": 0,
                "total": 2,
                "items": ABSENT,
            }
        ),
        given={
            "a": outgoing(channel="#general,#quiet"),
            "b": incoming(channel="#$id.quiet"),
            "c": outgoing(channel="all_public_channels"),
            "d": outgoing(channel="#elsewhere"),
        },
        modes=("default",),
    ),
    Fact(
        "a group's integrations name it, and those of all groups may be left out",
        OF_GROUP,
        {"roomName": "hush", "includeAllPrivateGroups": "false"},
        Answer({"integrations": [{"_id": "$a._id"}, {"_id": "$b._id"}], "count": 2, "total": 2}),
        given={
            "a": ("mixed", incoming(channel="#hush")),
            "b": ("mixed", incoming(channel="@nobody,#hush")),
            "c": outgoing(channel="all_private_groups"),
        },
        who="mixed",
    ),
]
