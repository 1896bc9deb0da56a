from pathlib import Path

import pytest

from engine.accepting import message_event
from engine.errors import ClientError, PlainError
from engine.hearing import Occurrence
from engine.model.events import Chain
from engine.model.messages import MessageContent
from engine.store.messages import Span
from engine.workspace.messages import Edit
from tests.engine.workspace.workspaces import staged

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_an_edit_keeps_the_message_and_says_when_and_by_whom(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        ada, admin = await stage.make("ada"), await stage.admin()
        posted = (await stage.post(ada, "#general", "helo")).message
        edit = Edit(posted.id, "GENERAL", MessageContent("hello"))
        draft = await stage.workspace.messages.draft_edit(admin, edit)
        assert await stage.texts("GENERAL") == ["helo"]
        await stage.commit(draft)
        ((edited, name),) = await stage.workspace.messages.listed("GENERAL", offset=0, count=0)
        assert (edited.text, edited.ts, edited.user_id, name) == ("hello", posted.ts, ada.id, "Ada")
        assert edited.edited_at is not None and edited.edited_at >= posted.ts
        assert edited.body["editedBy"] == {"_id": admin.id, "username": "admin"}


async def test_every_edit_is_an_event_of_its_own_by_the_author(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        ada = await stage.make("ada")
        posted = await stage.draft(ada, "#general")
        await stage.commit(posted)
        edit = Edit(posted.message.id, "GENERAL", MessageContent("x"))
        drafts = [posted, *[await stage.workspace.messages.draft_edit(await stage.admin(), edit) for _ in range(2)]]
        events = [message_event(draft, "embedded", Chain()) for draft in drafts]
        assert len({(event.source, event.source_id) for event in events}) == 3
        assert [Occurrence.of(event).edited for event in events] == [False, True, True]
        assert {event.user for event in events} == {ada}


async def test_a_message_that_goes_before_its_edit_is_committed_is_the_editors_error(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        ada = await stage.make("ada")
        posted = (await stage.post(ada, "#general")).message
        draft = await stage.workspace.messages.draft_edit(ada, Edit(posted.id, "GENERAL", MessageContent("x")))
        await stage.workspace.messages.delete(ada, posted.id, "GENERAL", as_author=False)
        with pytest.raises(ClientError, match="No message found"):
            await stage.commit(draft)
        assert await stage.texts("GENERAL") == []


async def test_a_message_of_a_room_one_may_not_see_does_not_exist(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        ada, admin = await stage.make("ada"), await stage.admin()
        await stage.workspace.rooms.create("p", "cellar", ada, (), read_only=False, join=True)
        hidden = (await stage.post(ada, "#cellar")).message
        messages = stage.workspace.messages
        assert await messages.get(ada, hidden.id) is not None
        assert await messages.get(admin, hidden.id) is None
        with pytest.raises(PlainError, match="No message found"):
            await messages.draft_edit(admin, Edit(hidden.id, hidden.room_id, MessageContent("x")))
        with pytest.raises(PlainError, match="No message found"):
            await messages.delete(admin, hidden.id, hidden.room_id, as_author=False)


async def test_a_span_of_time_has_its_ends_where_they_are_asked_for(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        ada = await stage.make("ada")
        for text in "abc":
            message = (await stage.post(ada, "#general", text)).message
        at = message.ts

        async def texts(span: Span) -> list[str]:
            found = await stage.workspace.messages.listed("GENERAL", offset=0, count=0, span=span)
            return [message.text for message, _ in found]

        assert "c" in await texts(Span(latest=at, inclusive=True))
        assert "c" not in await texts(Span(latest=at))
        assert await texts(Span(oldest=at)) == []
        assert "c" in await texts(Span(oldest=at, inclusive=True))


async def test_a_list_of_large_messages_ends_early_and_goes_on_from_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.workspace.messages.MESSAGES_A_READ", 2)
    monkeypatch.setattr("engine.workspace.reading.MAX_ANSWER_BYTES", 3_000)
    async with staged(tmp_path) as stage:
        ada = await stage.make("ada")
        texts = [letter * 1_000 for letter in "abcdef"]
        for text in texts:
            await stage.post(ada, "#general", text)

        async def listed(offset: int, count: int) -> list[str]:
            found = await stage.workspace.messages.listed("GENERAL", offset=offset, count=count, newest_first=False)
            return [message.text for message, _ in found]

        assert (await listed(0, 0), await listed(0, 100), await listed(0, 3)) == (texts[:4], texts[:4], texts[:3])
        assert await listed(4, 0) == texts[4:]
