"""The REPL: Python in the sandbox, on top of a script.

`reading.py` makes inputs of lines, `session.py` runs them, `loop.py` has the commands; `names.py` and `completing.py`
say what may follow what was typed, `terminal.py` is the only one that needs a terminal, `entries.py` keeps its history.
"""

from engine.devtools.repl.loop import COMMANDS, Over, Repl, interact, read_through

__all__ = ["COMMANDS", "Over", "Repl", "interact", "read_through"]
