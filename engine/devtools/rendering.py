"""Tells an author what a run came to: messages as they would look, JSON, log, receipt, errors with their lines."""

import json
import math
from collections.abc import Iterable, Mapping
from typing import cast

from rich.text import Text

from engine.devtools.printing import FAINT, HEAD, Terminal, clean, one_line
from engine.devtools.ran import Ran
from engine.devtools.subjects import Subject
from engine.model.integrations import OUTGOING
from engine.model.json import JsonObject, JsonValue
from engine.model.runs import ScriptReport

MAX_JSON = 20_000


class Printer(Terminal):
    """Prints what runs came to."""

    def ran(self, subject: Subject, ran: Ran, limits: Mapping[str, int | float] | None = None) -> None:
        """The whole of a run; a failure comes last. With `limits` it is told how near each of them was."""
        outgoing = subject.integration.type == OUTGOING
        called = [report.hook for report in ran.reports]
        if called:
            self.line(f"{', then '.join(called)} of {subject.file}", HEAD)
        before = 1 if ran.announced else 0
        self.messages(ran.messages[:before])
        if ran.request is not None:
            self._request(ran.request)
        self.messages(ran.messages[before:])
        if ran.answer is not None and not outgoing:
            self._answer(ran, ran.answer)
        if ran.failure is None and not ran.refused and not ran.messages and ran.request is None:
            self.line("Nothing is sent." if outgoing else "Nothing is posted.")
        for note in ran.notes:
            self.line(one_line(f"Note: {note}."), "yellow")
        for asked in ran.asked:
            self.line(one_line(f"asked | {asked}"), FAINT)
        for report in ran.reports:
            self.report(report, several=len(ran.reports) > 1)
            if limits is not None:
                for line in headroom(report, limits):
                    self.line(f"  {line}", FAINT)
        if limits is not None and ran.trace:
            self.line(f"trace | {' > '.join(ran.trace)}", FAINT)
        if ran.failure is not None:
            self.error(subject.places.failure(ran.failure))

    def messages(self, messages: Iterable[JsonObject]) -> None:
        """As they would look, each with where it goes."""
        for message in messages:
            self._message(message)

    def report(self, report: ScriptReport, *, several: bool = False) -> None:
        """What the call printed and what it cost."""
        self.log(report.log)
        receipt = receipt_line(report.receipt)
        self.line(f"{report.hook}: {receipt}" if several else receipt, FAINT)

    def log(self, lines: Iterable[JsonObject], *, mark: str = "log | ") -> None:
        for line in lines:
            level = "" if line["level"] == "print" else f"{line['level']}: "
            text = str(line["text"])
            self.line(f"{mark}{level}{one_line(text) if mark else text}", FAINT if mark else "")

    def _message(self, message: JsonObject) -> None:
        channels = cast(list[str], message["channel"])
        face = message.get("alias")
        self.line(one_line(f"Message to {', '.join(channels)}" + (f" as {face}" if face else "") + ":"))
        if message["text"]:
            self._indented(str(message["text"]))
        for attachment in cast(list[JsonObject], message.get("attachments", [])):
            self._attachment(attachment)

    def _attachment(self, attachment: JsonObject) -> None:
        bar = Text.assemble(("  ┃ ", _colour(attachment.get("color"))))
        title = attachment.get("title") or attachment.get("author_name")
        parts = [attachment.get("pretext"), title, attachment.get("title_link"), attachment.get("text")]
        fields = cast(list[JsonObject], attachment.get("fields", []))
        parts += [f"{field['title']}: {field['value']}" for field in fields]
        parts += [attachment.get("image_url"), attachment.get("footer")]
        for part in parts:
            for line in str(part).split("\n") if part else ():
                self.output.print(bar + Text(clean(line), HEAD if part is title else ""), soft_wrap=True)

    def _request(self, request: JsonObject) -> None:
        self.line(one_line(f"Request that is sent: {request['method']} {request['url']}"))
        for name, value in cast(JsonObject, request["headers"]).items():
            self._indented(one_line(f"{name}: {value}"))
        if request["data"] is not None:
            self._indented(shown_json(request["data"]))

    def _answer(self, ran: Ran, answer: JsonObject) -> None:
        said = f"The sender gets {answer['status']} {json.dumps(answer['body'], ensure_ascii=False)}"
        self.line(f"The script says no, and nothing is posted. {said}" if ran.refused else said)

    def _indented(self, text: str) -> None:
        for line in text.split("\n"):
            self.line(f"  {line}")


def receipt_line(receipt: JsonObject) -> str:
    """`12 ms wall · 9 ms cpu · 18 MB peak · 1.2 KB out`; the peak is left out where it cannot be measured."""
    wall, cpu, peak, output = (receipt[key] for key in ("wallUs", "cpuUs", "peakMemory", "outputBytes"))
    parts = [f"{_milliseconds(wall)} wall", f"{_milliseconds(cpu)} cpu"]
    if peak is not None:
        parts.append(f"{size(peak)} peak")
    return " · ".join([*parts, f"{size(output)} out"])


def headroom(report: ScriptReport, limits: Mapping[str, int | float]) -> list[str]:
    """How much of each limit a call used: `cpu     9 ms of 1 s   1 %`."""
    receipt = report.receipt
    log = sum(len(str(line["text"]).encode(errors="replace")) + 1 for line in report.log)
    used = [
        ("cpu", receipt["cpuUs"], limits["cpu_seconds"] * 1e6, _milliseconds),
        ("wall", receipt["wallUs"], limits["wall_seconds"] * 1e6, _milliseconds),
        ("memory", receipt["peakMemory"], limits["memory"], size),
        ("output", receipt["outputBytes"], limits["result_bytes"], size),
        ("log", log, limits["log_bytes"], size),
    ]
    rows = [
        (name, "not measured here" if value is None else f"{said(value)} of {said(most)}", _share(value, most))
        for name, value, most, said in used
    ]
    width = max(len(amount) for _, amount, _ in rows)
    return [f"{name:<7} {amount:<{width}}  {share}".rstrip() for name, amount, share in rows]


def _share(value: JsonValue, most: int | float) -> str:
    """In whole percent, rounded up, so that nothing used is 0 % only when nothing was."""
    return "" if value is None else f"{math.ceil(100 * cast(float, value) / most)} %"


def limits_table(limits: Mapping[str, int | float]) -> list[str]:
    """One line a limit, in people's words and units."""
    rows = [_limit(name, value) for name, value in limits.items()]
    width = max(len(name) for name, _ in rows)
    return [f"{name.ljust(width)}  {value}" for name, value in rows]


def _limit(name: str, value: int | float) -> tuple[str, str]:
    words = name.split("_")
    if "seconds" in words:
        words.remove("seconds")
        return " ".join(words), f"{value:g} s"
    if words[-1] == "share":
        return " ".join(words), f"{value:.0%}"
    # what is counted in bytes is a whole number of KiB
    return " ".join(words), size(value) if value >= 1024 and value % 1024 == 0 else f"{value:,}"


def size(value: JsonValue) -> str:
    number = float(cast(int, value))
    for unit in ("B", "KB"):
        if number < 1024:
            return f"{_short(number)} {unit}"
        number /= 1024
    return f"{_short(number)} MB"


def shown_json(value: JsonValue) -> str:
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return text if len(text) <= MAX_JSON else f"{text[:MAX_JSON]}\n... ({len(text):,} characters in all)"


def _milliseconds(value: JsonValue) -> str:
    """Of microseconds; whole seconds are said as such."""
    number = cast(float, value) / 1000
    return f"{_short(number / 1000)} s" if number >= 1000 and number % 100 == 0 else f"{_short(number)} ms"


def _short(number: float) -> str:
    return f"{number:.0f}" if number >= 10 or number == int(number) else f"{number:.1f}"


def _colour(value: JsonValue) -> str:
    text = str(value or "").lower()
    digits = text.removeprefix("#")
    named = {"good": "#2eb886", "warning": "#daa038", "danger": "#a30200"}
    return named.get(text, f"#{digits}" if len(digits) == 6 and all(c in "0123456789abcdef" for c in digits) else FAINT)
