"""The channel syntax of a configuration, and who may name which room."""

from tests.compat.integrations.facts import Fact, refused
from tests.compat.integrations.rows_create import CREATE, IN, IN_PREFIX, START, TO_CHANNELS, VALIDATE, stored
from tests.engine.registries import incoming, outgoing

PREFIX = refused(START, "error-invalid-channel-start-with-chars", **IN_PREFIX)
OUT_PREFIX = refused(START, "error-invalid-channel-start-with-chars", **VALIDATE)
IN_CHANNEL = refused("Invalid Channel", "error-invalid-channel", **IN)
OUT_CHANNEL = refused("Invalid Channel", "error-invalid-channel", **TO_CHANNELS)
IN_ROOM = refused("Invalid room", "error-invalid-room", **IN)
OUT_ROOM = refused("Invalid room", "error-invalid-room", **TO_CHANNELS)

FACTS = [
    Fact("a room goes by its id as well", CREATE, incoming(channel="#GENERAL"), stored(channel=["#GENERAL"])),
    Fact("a private group is a room", CREATE, incoming(channel="#secret"), stored(channel=["#secret"])),
    Fact("a private group's id is one", CREATE, outgoing(channel="#$id.secret"), stored(channel=["#$id.secret"])),
    Fact("a user goes by username", CREATE, incoming(channel="@nobody"), stored(channel=["@nobody"])),
    Fact("a user goes by id as well", CREATE, outgoing(channel="@$id.nobody"), stored(channel=["@$id.nobody"])),
    Fact("upper and lower case count in a room's name", CREATE, incoming(channel="#General"), IN_ROOM),
    Fact("an unknown user is an unknown room", CREATE, outgoing(channel="@who"), OUT_ROOM),
    Fact("a bare name is no channel of an incoming one", CREATE, incoming(channel="#general,elsewhere"), PREFIX),
    Fact("a bare id is no channel of an outgoing one", CREATE, outgoing(channel="GENERAL"), OUT_PREFIX),
    Fact("an empty item is no channel of an incoming one", CREATE, incoming(channel="#general,,@nobody"), PREFIX),
    Fact(
        "an empty item of an outgoing one is left out",
        CREATE,
        outgoing(channel="#general,,@nobody,"),
        stored(channel=["#general", "@nobody"]),
    ),
    *(
        Fact(
            f"an incoming one takes {group} except strictly",
            CREATE,
            incoming(channel=f"#general,{group}"),
            stored(channel=["#general", group]),
            strict=PREFIX,
        )
        for group in ("all_public_channels", "all_private_groups", "all_direct_messages")
    ),
    *(
        Fact(f"an outgoing one takes {group}", CREATE, outgoing(channel=group), stored(channel=[group]))
        for group in ("all_public_channels", "all_private_groups", "all_direct_messages")
    ),
    Fact(
        "a group of rooms in capitals is a room that is not there",
        CREATE,
        outgoing(channel="ALL_PUBLIC_CHANNELS"),
        OUT_ROOM,
    ),
    Fact(
        "every public channel is free to hear for those who manage only their own",
        CREATE,
        outgoing(channel="all_public_channels"),
        stored(channel=["all_public_channels"]),
        who="owner",
    ),
    *(
        Fact(
            f"{group} needs the permission over all, and own is not enough",
            CREATE,
            outgoing(channel=group),
            OUT_CHANNEL,
            who="owner",
        )
        for group in ("all_private_groups", "all_direct_messages")
    ),
    Fact(
        "the permission over all alone is enough for every private group",
        CREATE,
        outgoing(channel="all_private_groups"),
        stored(channel=["all_private_groups"]),
        who="manager",
    ),
    Fact(
        "an incoming one's private groups need the permission over all",
        CREATE,
        incoming(channel="all_private_groups"),
        IN_CHANNEL,
        strict=PREFIX,
        who="owner",
    ),
    Fact(
        "who manages only own ones names rooms they are in",
        CREATE,
        incoming(channel="#general"),
        stored(channel=["#general"]),
        who="owner",
    ),
    Fact(
        "who manages only own ones names no room they are not in",
        CREATE,
        incoming(channel="#elsewhere"),
        IN_CHANNEL,
        who="owner",
    ),
    Fact(
        "who manages all but not own ones names no room they are not in either",
        CREATE,
        outgoing(channel="#general,#elsewhere"),
        OUT_CHANNEL,
        who="manager",
    ),
    Fact(
        "who holds both permissions names any room",
        CREATE,
        incoming(channel="#elsewhere,#secret"),
        stored(channel=["#elsewhere", "#secret"]),
        who="mixed",
    ),
    Fact(
        "who holds one permission of the two names no user", CREATE, incoming(channel="@owner"), IN_CHANNEL, who="owner"
    ),
    Fact(
        "a room that is not there is told from one that is not theirs",
        CREATE,
        outgoing(channel="#nowhere"),
        OUT_ROOM,
        who="owner",
    ),
    Fact(
        "a channel-less event needs no channel, but its key where that is strict",
        CREATE,
        outgoing(event="roomCreated", channel=""),
        stored(channel=[]),
    ),
]
