"""What the endpoints of rooms take. A room is named by `roomId` or by `roomName`."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from api.list_schemas import RecordsQuery
from api.user_schemas import UserRef
from engine.errors import CodedError, InvalidParams
from engine.paging import Page
from engine.params import Flag, Name, NullableFlag, NullableName, NullableText, Params, Word, problem
from engine.store.messages import Span

MAX_MEMBERS = 1000
HISTORY_COUNT = 20


class RoomBody(Params):
    name: Word
    members: Annotated[tuple[Name, ...], Field(max_length=MAX_MEMBERS)] = ()
    read_only: Flag = False
    exclude_self: Flag = False
    custom_fields: dict[str, Any] | None = None
    extra_data: dict[str, Any] | None = None


def _user_list(value: object) -> object:
    """Names in one text, separated by commas, or in a list."""
    if isinstance(value, str):
        return [name.strip() for name in value.split(",") if name.strip()]
    if not isinstance(value, list):
        raise problem("must be string")
    return value


class DirectBody(Params):
    username: NullableText = None
    usernames: Annotated[tuple[Name, ...], BeforeValidator(_user_list), Field(max_length=MAX_MEMBERS)] = ()
    exclude_self: Flag = False

    def others(self) -> tuple[str, ...]:
        """Raises InvalidParams."""
        names = (self.username,) if self.username else self.usernames
        if not names:
            raise InvalidParams(["must have required property 'username'", "must have required property 'usernames'"])
        return names


class RoomRef(Params, extra="ignore"):
    room_id: NullableName = None
    room_name: NullableName = None


class RoomId(Params, extra="ignore"):
    room_id: NullableName = None


class RenameBody(RoomRef):
    name: NullableName = None


class PeopleBody(RoomRef, UserRef):
    """A room and one user or several: `userIds`, `usernames` or `users`, a list of usernames."""

    user_ids: Annotated[tuple[Name, ...], Field(max_length=MAX_MEMBERS)] = ()
    usernames: Annotated[tuple[Name, ...], Field(max_length=MAX_MEMBERS)] = ()
    users: Annotated[tuple[Name, ...], Field(max_length=MAX_MEMBERS)] = ()

    def all_named(self) -> list[dict[str, str]]:
        """As UserRef.named; raises CodedError."""
        several = [{"id": id} for id in self.user_ids]
        several += [{"username": name} for name in (*self.usernames, *self.users)]
        return several or [self.named()]


class RoomsQuery(RecordsQuery, extra="ignore"):
    pass


class RoomMessagesQuery(RecordsQuery, extra="ignore"):
    room_id: Name = ""
    room_name: Name = ""


class DirectMessagesQuery(RecordsQuery, extra="ignore"):
    room_id: Name = ""
    username: Name = ""


class MembersQuery(RoomRef, RecordsQuery):
    filter: NullableName = None


class HistoryQuery(RoomRef, RecordsQuery):
    """`latest` and `oldest` are dates."""

    latest: NullableText = None
    oldest: NullableText = None
    inclusive: NullableFlag = None

    def span(self) -> Span:
        """Raises CodedError."""
        return Span(parse_date("oldest", self.oldest), parse_date("latest", self.latest), bool(self.inclusive))

    def part(self, page: Page) -> Page:
        """Twenty where no count is given."""
        return page if self.count is not None else Page(page.offset, min(HISTORY_COUNT, page.count or HISTORY_COUNT))


def parse_date(name: str, value: str | None, *, code: str | None = None) -> int | None:
    """In milliseconds since the epoch; raises CodedError."""
    if not value:
        return None
    try:
        date = datetime.fromisoformat(value)
        return int((date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp() * 1000)
    except (ValueError, OverflowError):
        reason = f'The "{name}" query parameter must be a valid date.'
        raise CodedError(code or f"error-{name}-param-invalid", reason) from None
