"""The stored record: each field, in its type, as it is computed or as it was given."""

from tests.compat.integrations.facts import ABSENT, Fact, Matching
from tests.compat.integrations.rows_create import CREATE, stored
from tests.engine.registries import incoming, outgoing

INCOMING_SCRIPT = "def process_incoming(request):\n    return None\n"
OUTGOING_SCRIPT = "def prepare_outgoing_request(request):\n    return request\n"
LABEL = Matching(r"restrictedpython-\d+/cpython-3\.\d+/sha256:[0-9a-f]{64}")

FACTS = [
    Fact(
        "an incoming record has its defaults, and none of an outgoing one's fields",
        CREATE,
        incoming(),
        stored(
            overrideDestinationChannelEnabled=False,
            scriptEngine="isolated-vm",
            skipTranspile=False,
            event=ABSENT,
            urls=ABSENT,
            alias=ABSENT,
            _updatedBy=ABSENT,
        ),
    ),
    Fact(
        "an incoming token is 48 characters of the alphabet, whatever was sent",
        CREATE,
        incoming(token="mine"),
        stored(token=Matching("[2-9A-HJ-NP-TW-Za-km-z]{48}")),
    ),
    Fact("an outgoing token is as it was given", CREATE, outgoing(token="mine"), stored(token="mine")),
    Fact("an outgoing token is not made up", CREATE, outgoing(), stored(token=ABSENT)),
    Fact(
        "what is empty or null is absent where it is optional",
        CREATE,
        outgoing(alias=None, avatar=None, emoji=None, targetRoom=None, token=None, script=None, triggerWords=None),
        stored(alias=ABSENT, avatar=ABSENT, emoji=ABSENT, targetRoom=ABSENT, token=ABSENT, triggerWords=ABSENT),
    ),
    Fact(
        "alias, avatar and emoji are stored as given",
        CREATE,
        incoming(alias="Guggy", avatar="http://res.guggy.com/logo.png", emoji=":ghost:"),
        stored(alias="Guggy", avatar="http://res.guggy.com/logo.png", emoji=":ghost:"),
    ),
    Fact(
        "channels are split and trimmed, their order and repetitions kept",
        CREATE,
        incoming(channel=" #general , @rocket.cat,#general"),
        stored(channel=["#general", "@rocket.cat", "#general"]),
    ),
    Fact(
        "an event that uses no channel stores none",
        CREATE,
        outgoing(event="roomArchived", channel="#general"),
        stored(channel=[], event="roomArchived"),
    ),
    Fact(
        "blank urls and blank trigger words are left out",
        CREATE,
        outgoing(urls=["http://93.184.216.34/a", " "], triggerWords=["!a", " "]),
        stored(urls=["http://93.184.216.34/a"], triggerWords=["!a"]),
    ),
    Fact(
        "trigger words are dropped for an event without text",
        CREATE,
        outgoing(event="fileUploaded", triggerWords=["!a"]),
        stored(triggerWords=ABSENT),
    ),
    Fact(
        "userCreated keeps its target room",
        CREATE,
        outgoing(event="userCreated", channel="", targetRoom="#general"),
        stored(targetRoom="#general", channel=[]),
    ),
    Fact(
        "switches of an outgoing one are booleans",
        CREATE,
        outgoing(triggerWordAnywhere="true", runOnEdits=1, impersonateUser="false"),
        stored(triggerWordAnywhere=True, runOnEdits=True, impersonateUser=False),
    ),
    Fact(
        "retrying without a count and a delay takes the defaults",
        CREATE,
        outgoing(retryFailedCalls=True),
        stored(retryFailedCalls=True, retryCount=4, retryDelay="powers-of-ten"),
    ),
    Fact(
        "a count that is not positive and a blank delay are the defaults",
        CREATE,
        outgoing(retryFailedCalls=True, retryCount=-1, retryDelay=" "),
        stored(retryCount=4, retryDelay="powers-of-ten"),
    ),
    Fact(
        "a delay is lower case, and need not be one that is known",
        CREATE,
        outgoing(retryFailedCalls=True, retryCount=2.9, retryDelay="Powers-Of-TWO"),
        stored(retryCount=2, retryDelay="powers-of-two"),
    ),
    Fact(
        "without retrying, count and delay are stored as they are",
        CREATE,
        outgoing(retryFailedCalls=False, retryCount=0, retryDelay="X"),
        stored(retryCount=0, retryDelay="X"),
    ),
    Fact(
        "a good script is compiled and has no error",
        CREATE,
        incoming(scriptEnabled=True, script=INCOMING_SCRIPT),
        stored(script=INCOMING_SCRIPT, scriptCompiled=LABEL, scriptError=ABSENT),
    ),
    Fact(
        "a broken script is saved with its error and not compiled",
        CREATE,
        outgoing(scriptEnabled=True, script="def prepare_outgoing_request(request)\n"),
        stored(
            scriptCompiled=ABSENT,
            scriptError={"name": "SyntaxError", "message": Matching("line 1: .*"), "stack": Matching("(?s).*script.*")},
        ),
    ),
    Fact(
        "a script without a hook of its kind is an error too",
        CREATE,
        incoming(scriptEnabled=True, script=OUTGOING_SCRIPT),
        stored(scriptCompiled=ABSENT, scriptError={"name": "MissingHook"}),
    ),
    Fact(
        "a script that is not enabled is stored as text",
        CREATE,
        incoming(script="this is no Python"),
        stored(script="this is no Python", scriptCompiled=ABSENT, scriptError=ABSENT),
    ),
    Fact(
        "an enabled script that is blank is none",
        CREATE,
        incoming(scriptEnabled=True, script="  "),
        stored(script="  ", scriptCompiled=ABSENT, scriptError=ABSENT),
    ),
    Fact(
        "whoever may see the record sees its token and its script",
        "GET integrations.get",
        {"integrationId": "$a._id"},
        stored(token="$a.token", script=INCOMING_SCRIPT, scriptCompiled=LABEL),
        given={"a": incoming(scriptEnabled=True, script=INCOMING_SCRIPT)},
        who="manager",
    ),
]
