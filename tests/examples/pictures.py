"""Draws what the terminal shows of each example's messages: examples/<name>/message.svg.

    python -m tests.examples.pictures           draws them all anew

The text is the renderer's own; here it is only broken at the width of the picture. The drawing needs no font and no
address of the network.
"""

import io
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import DIMMED_MONOKAI
from rich.text import Text

from engine.devtools import Example, read_example
from engine.devtools.rendering import Printer
from engine.devtools.runner import Runner
from engine.devtools.subjects import Subject
from engine.model.json import JsonObject
from tests.engine.devtools.local import Local, started

EXAMPLES = Path(__file__).parents[2] / "examples"
NAME = "message.svg"
WIDTH = 112
BAR = "  ┃ "

# Which payloads show best what an example posts.
SHOWN = {
    "alert-digest": ("two-new", "over-at-once"),
    "alertmanager": ("firing", "resolved"),
    "build-trigger": ("push-announced",),
    "echo-outgoing": ("echo", "echo-no-answer"),
    "github": ("pull-request-opened", "pull-request-merged", "workflow-run-failed", "release-published"),
    "github-push": ("push", "push-forced"),
    "gitlab": ("merge-request-opened", "merge-request-merged", "pipeline-failed", "tag-pushed"),
    "grafana": ("firing", "resolved", "no-data"),
    "jenkins": ("failed", "unstable"),
    "jira": ("issue-created", "issue-moved", "issue-done"),
    "pagerduty": ("triggered", "acknowledged", "resolved"),
    "sentry": ("issue-alert", "metric-warning", "metric-resolved"),
    "stripe": ("payment-failed", "dispute-created", "invoice-paid"),
    "ticket-lookup": ("two-tickets-in-a-thread",),
    "uptime-kuma": ("down", "up", "certificate"),
    "weather": ("berlin", "oslo-in-a-thread"),
}

# rich's own layout without its frame and its web font
DRAWING = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{
font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace;
font-size: {char_height}px;
line-height: {line_height}px;
}}
.{unique_id}-title {{ font: bold 18px sans-serif; }}
{styles}
</style>
<defs>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})">
{backgrounds}
<g class="{unique_id}-matrix" xml:space="preserve">
{matrix}
</g>
</g>
</svg>
"""


def picture(local: Local, example: Example, subject: Subject) -> str:
    """The drawing of an example's messages, each under the name of its payload."""
    fixtures = {fixture.name: fixture for fixture in example.fixtures}
    console = Console(file=io.StringIO(), record=True, width=WIDTH, force_terminal=True, color_system="truecolor")
    for name in SHOWN[example.folder.name]:
        ran = local.do(Runner(local.scripts).run(subject, fixtures[name]))
        console.print(Text(f"{name}.json", "dim"))
        for line in rendered(ran.messages):
            console.print(line)
        console.print()
    svg = console.export_svg(title=example.folder.name, theme=DIMMED_MONOKAI, code_format=DRAWING, unique_id="t")
    return re.sub(r"[ \t]+$", "", svg, flags=re.MULTILINE)


def rendered(messages: Iterable[JsonObject]) -> Iterator[Text]:
    """The terminal's lines, those that are too wide broken in two; what follows stays behind its bar."""
    output = io.StringIO()
    console = Console(file=output, force_terminal=True, color_system="truecolor", highlight=False, width=WIDTH)
    Printer(console).messages(messages)
    for line in output.getvalue().splitlines():
        text = Text.from_ansi(line)
        indent = text[: len(BAR)] if text.plain.startswith(BAR) else Text("  ")
        first = True
        while len(text) > WIDTH:
            space = text.plain.rfind(" ", len(indent), WIDTH)
            at = space + 1 if space > WIDTH // 2 else WIDTH
            yield text[:at]
            text, first = indent + text[at:], False
        if first or text.plain.strip():
            yield text


def main() -> None:
    with started() as local:
        for name in SHOWN:
            file = EXAMPLES / name / NAME
            example = read_example(file.parent)
            file.write_text(picture(local, example, local.open(example.script, example.integration)))


if __name__ == "__main__":
    main()
