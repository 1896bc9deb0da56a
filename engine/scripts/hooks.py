"""The hooks that a script may define, of which kind of integration, and how long one may take."""

from typing import Literal

from sandbox import HookForm

FILENAME = "script.py"
INCOMING_SECONDS, OUTGOING_SECONDS = 8.0, 20.0

Kind = Literal["incoming", "outgoing"]
HOOKS = (
    HookForm("process_incoming", ("process_incoming", "process_incoming_request"), 1),
    HookForm("prepare_outgoing_request", ("prepare_outgoing_request",), 1),
    HookForm("process_outgoing_response", ("process_outgoing_response",), 2),
)
# What the module of a session defines: it tells the value of the last input.
SHOW = HookForm("hookcell_show", ("hookcell_show",), 1)
HOOKS_OF: dict[Kind, frozenset[str]] = {
    "incoming": frozenset({"process_incoming"}),
    "outgoing": frozenset({"prepare_outgoing_request", "process_outgoing_response"}),
}
