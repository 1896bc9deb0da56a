"""How the demo is told: one short paragraph a step, for a person in a terminal."""

import json
import re
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding

from engine.devtools.fixtures import Fixture
from engine.devtools.rendering import receipt_line

SHOWN_TEXT = 400
# a chat shows the text of a link, and so does this
LINK = re.compile(r"\[([^\]]+)\]\(https?://[^)\s]+\)")


class Teller:
    def __init__(self, console: Console) -> None:
        self._console = console
        self._step = 0

    def start(self, url: str, builds: str) -> None:
        self._head("A server on a fresh database, and a build service beside it")
        self._line(f"hookcell on {url}, the build service on {builds}; scripts run in locked-down cells")

    def created(self, record: dict[str, Any], verb: str, where: str) -> None:
        kind = "incoming" if record["type"] == "webhook-incoming" else "outgoing"
        self._head(f"POST /api/v1/integrations.create: the {kind} integration “{record['name']}”")
        lines = len(record["script"].splitlines())
        self._line(f"_id {record['_id']}, channel {', '.join(record['channel'])}; {verb} {where}")
        self._line(f"its script, {lines} lines of Python, compiled to {record['scriptCompiled'][:52]}…")

    def webhook(self, fixture: Fixture) -> None:
        self._head("GitHub sends its push webhook, complete as GitHub sends it")
        event = {name.lower(): value for name, value in fixture.meta.headers.items()}.get("x-github-event", "")
        self._line(f"POST /hooks/…, X-GitHub-Event: {event}, {len(fixture.payload):,} bytes of JSON")

    def answered(self, answer: dict[str, Any]) -> None:
        self._line(f"answered {json.dumps(answer)}, after the message was committed")

    def posted(self, title: str, message: dict[str, Any]) -> None:
        self._head(title)
        face = message.get("emoji") or message.get("avatar") or ""
        self._line(f"[bold]{escape(message.get('alias') or message['u']['username'])}[/bold] {face}")
        self._text(message["msg"])
        for attachment in message.get("attachments", []):
            if title := attachment.get("title"):
                self._text(f"| {title}")
            for line in attachment.get("text", "").splitlines():
                self._text(f"| {line}")
            for field in attachment.get("fields", []):
                self._text(f"| {field['title']}: {field['value']}")

    def sent(self, delivery: dict[str, Any]) -> None:
        self._head("The message triggered the outgoing integration: the request that was sent")
        request = delivery["request"]
        self._line(f"{request['method']} {request['url']}")
        for name in ("Idempotency-Key", "Content-Type"):
            for key, value in request["headers"].items():
                if key.lower() == name.lower():
                    self._line(f"{name}: {value}")
        self._text(json.dumps(delivery["httpCallData"], ensure_ascii=False))
        took = next(step["durationMs"] for step in delivery["steps"] if "durationMs" in step)
        self._line(f"answered {delivery['response']['status_code']} in {took} ms:")
        self._text(str(json.loads(delivery["httpResult"])))

    def receipts(self, run: dict[str, Any]) -> None:
        for receipt in run["receipt"]:
            self._line(f"[dim]receipt of {receipt['hook']}: {receipt_line(receipt)}[/dim]")
        for line in run["log"]:
            self._line(f"[dim]log of {line['hook']}: {escape(line['text'])}[/dim]")

    def steps(self, run: dict[str, Any]) -> None:
        self._line("[dim]steps in its history: " + " → ".join(step["name"] for step in run["steps"]) + "[/dim]")

    def done(self) -> None:
        self._console.print("\n[bold]That is the whole of it.[/bold] `make serve` runs the same server, staying up.")

    def failed(self, message: str) -> None:
        self._console.print(f"[bold red]The demo failed:[/bold red] {escape(message)}")

    def _head(self, title: str) -> None:
        self._step += 1
        self._console.print(f"\n[bold]{self._step}. {escape(title)}[/bold]")

    def _line(self, text: str) -> None:
        self._console.print(Padding(text, (0, 0, 0, 3), expand=False))

    def _text(self, text: str) -> None:
        text = LINK.sub(r"\1", text)
        self._line(escape(text if len(text) <= SHOWN_TEXT else text[:SHOWN_TEXT] + "…"))
