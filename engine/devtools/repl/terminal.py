"""The REPL in a terminal, by prompt-toolkit: whole inputs are edited, coloured, completed and called back.

Enter ends an input that is whole, and else begins its next line. Ctrl-C gives up what is being typed or what is
running, and nothing else; Ctrl-D ends the session.
"""

import asyncio
import re
import signal
from collections.abc import AsyncGenerator, Awaitable, Iterable, Iterator

from prompt_toolkit import PromptSession
from prompt_toolkit.application.current import get_app
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.enums import DEFAULT_BUFFER
from prompt_toolkit.filters import Condition, has_focus
from prompt_toolkit.history import History
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.lexers import PygmentsLexer
from pygments.lexers.python import PythonLexer  # type: ignore[import-untyped]

from engine.devtools.repl.entries import Entries, default_file
from engine.devtools.repl.loop import Over, Repl
from engine.devtools.repl.reading import is_whole

PROMPT, GOES_ON, INDENT = ">>> ", "... ", "    "

_MARGIN = re.compile(r"[ \t]*")


class Terminal:
    def __init__(self, repl: Repl, entries: Entries | None = None) -> None:
        self._repl = repl
        self._running: asyncio.Future[None] | None = None
        self._prompt: PromptSession[str] = PromptSession(
            multiline=True,
            prompt_continuation=GOES_ON,
            lexer=PygmentsLexer(PythonLexer),
            completer=_Completions(repl),
            complete_while_typing=False,
            history=_Kept(entries or Entries(default_file())),
            key_bindings=_keys(),
        )

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGINT, self._interrupt)
        try:
            while await self._input():
                pass
        finally:
            loop.remove_signal_handler(signal.SIGINT)

    async def _input(self) -> bool:
        """Whether the session goes on."""
        try:
            # in a prompt Ctrl-C is a key
            text = await self._prompt.prompt_async(PROMPT, handle_sigint=False)
            await self._until_interrupted(self._typed(text))
        except KeyboardInterrupt:
            self._repl.reader.reset()
        except (EOFError, Over):
            return False
        return True

    async def _typed(self, text: str) -> None:
        for line in text.split("\n"):
            await self._repl.feed(line)
        await self._repl.end()

    async def _until_interrupted(self, work: Awaitable[None]) -> None:
        """Raises KeyboardInterrupt when Ctrl-C is pressed meanwhile; what runs in its cell then ends unheard."""
        self._running = asyncio.ensure_future(work)
        try:
            await self._running
        except asyncio.CancelledError:
            raise KeyboardInterrupt from None
        finally:
            self._running = None

    def _interrupt(self) -> None:
        if self._running is not None:
            self._running.cancel()


class _Completions(Completer):
    def __init__(self, repl: Repl) -> None:
        self._repl = repl

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        raise NotImplementedError("they are asked for from a loop")

    async def get_completions_async(
        self, document: Document, complete_event: CompleteEvent
    ) -> AsyncGenerator[Completion, None]:
        offer = await self._repl.completions(document.text_before_cursor)
        for text in offer.texts:
            yield Completion(text, start_position=-offer.replaced)


class _Kept(History):
    def __init__(self, entries: Entries) -> None:
        super().__init__()
        self._entries = entries

    def load_history_strings(self) -> Iterator[str]:
        yield from reversed(self._entries.read())

    def store_string(self, string: str) -> None:
        self._entries.add(string)


def _keys() -> KeyBindings:
    keys = KeyBindings()
    typing = has_focus(DEFAULT_BUFFER)

    @keys.add("enter", filter=typing)
    def _(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        document = buffer.document
        buffer.complete_state = None
        if not document.text_after_cursor.strip() and is_whole(document.text):
            buffer.validate_and_handle()
            return
        margin = _MARGIN.match(document.current_line)
        before = document.current_line_before_cursor.rstrip()
        buffer.insert_text("\n" + (margin[0] if margin else "") + (INDENT if before.endswith(":") else ""))

    @Condition
    def at_the_margin() -> bool:
        buffer = get_app().current_buffer
        return not buffer.document.current_line_before_cursor.strip() and buffer.complete_state is None

    @keys.add("tab", filter=typing & at_the_margin)
    def _(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text(INDENT)

    return keys
