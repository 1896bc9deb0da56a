"""The settings of Rocket.Chat's that this server has: what each may be, and what it is now.

A change counts at once in the process that made it, and within a second in any other on the same database. What the
operator said by HOOKCELL_* stands above them.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import urlsplit

from engine.errors import CodedError
from engine.model.json import JsonValue
from engine.paging import Bounds
from engine.settings import Settings
from engine.store.database import Store
from engine.store.settings import all_settings, set_setting
from engine.trace import now_ms

FRESH_SECONDS = 1.0
SITE_URL = "Site_Url"


@dataclass(frozen=True, slots=True)
class Flag:
    default: bool
    public: bool = False

    def parse(self, value: JsonValue) -> bool | None:
        """None where the value is none of these."""
        return {True: True, False: False, "true": True, "false": False}.get(value) if _scalar(value) else None

    def __str__(self) -> str:
        return "true or false"


@dataclass(frozen=True, slots=True)
class Number:
    default: int
    most: int
    public: bool = False

    def parse(self, value: JsonValue) -> int | None:
        if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 16:
            value = int(value)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return value if type(value) is int and 1 <= value <= self.most else None

    def __str__(self) -> str:
        return f"a whole number from 1 to {self.most}"


@dataclass(frozen=True, slots=True)
class Url:
    default: str = ""
    public: bool = True

    def parse(self, value: JsonValue) -> str | None:
        if not isinstance(value, str) or len(value) > 1000 or any(mark <= " " for mark in value):
            return None
        try:
            parts = urlsplit(value)
        except ValueError:
            return None
        fits = parts.scheme in ("http", "https") and parts.hostname and not parts.query and not parts.fragment
        return value.rstrip("/") if fits and parts.username is None and value.isprintable() else None

    def __str__(self) -> str:
        return "an address that begins with http:// or https://, without user, query and fragment"


KNOWN: Mapping[str, Flag | Number | Url] = MappingProxyType(
    {
        "API_Allow_Infinite_Count": Flag(True),
        "API_Default_Count": Number(50, 10_000),
        "API_Enable_Rate_Limiter": Flag(True),
        "API_Enable_Rate_Limiter_Limit_Calls_Default": Number(600, 1_000_000),
        "API_Enable_Rate_Limiter_Limit_Time_Default": Number(60_000, 86_400_000),
        "API_Upper_Count_Limit": Number(100, 10_000),
        "Message_MaxAllowedSize": Number(5_000, 100_000, public=True),
        SITE_URL: Url(),
    }
)


@dataclass(frozen=True, slots=True)
class Values:
    """What the settings say; of the rate limit None is what nobody has set."""

    rate_limiter: bool = True
    rate_limit_calls: int | None = None
    rate_limit_ms: int | None = None
    max_message_size: int = 5_000
    paging: Bounds = Bounds()
    site_url: str = ""


class ServerSettings:
    """`site_url` is the operator's, and the default; `site_url_is_fixed` where the operator has set it on purpose."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._site_url, self._site_url_is_fixed = "", False
        self._set: dict[str, JsonValue] = {}
        self._values = Values()
        self._read_at = -FRESH_SECONDS

    def start(self, operator: Settings) -> None:
        self._site_url, self._site_url_is_fixed = operator.site_url, operator.root_url is not None

    async def current(self) -> Values:
        """Raises Unavailable when the store cannot be read."""
        if time.monotonic() - self._read_at >= FRESH_SECONDS:
            await self._read()
        return self._values

    async def all(self) -> dict[str, JsonValue]:
        """Every setting as it counts, by id."""
        await self._read()
        return {id: self._site_url if id == SITE_URL and self._fixed_or_unset() else self._of(id) for id in KNOWN}

    async def change(self, id: str, value: JsonValue) -> None:
        """Raises CodedError for an id that is not known and for a value that it cannot have."""
        check_known(id)
        known = KNOWN[id]
        if id == SITE_URL and self._site_url_is_fixed:
            raise CodedError("error-action-not-allowed", "Site_Url is what HOOKCELL_ROOT_URL says; change it there")
        parsed = known.parse(value)
        if parsed is None:
            raise CodedError("error-invalid-setting-value", f"{id} is {known}")
        await self._store.write(set_setting, id, parsed, now_ms())
        await self._read()

    async def _read(self) -> None:
        read_at = time.monotonic()
        self._set = await self._store.read(all_settings)
        self._values = Values(
            rate_limiter=bool(self._of("API_Enable_Rate_Limiter")),
            rate_limit_calls=self._number("API_Enable_Rate_Limiter_Limit_Calls_Default"),
            rate_limit_ms=self._number("API_Enable_Rate_Limiter_Limit_Time_Default"),
            max_message_size=self._number("Message_MaxAllowedSize") or Values().max_message_size,
            paging=Bounds(
                default=self._number("API_Default_Count") or Bounds().default,
                upper=self._number("API_Upper_Count_Limit") or Bounds().upper,
                all_allowed=bool(self._of("API_Allow_Infinite_Count")),
            ),
            site_url=self._site_url if self._fixed_or_unset() else str(self._of(SITE_URL)),
        )
        self._read_at = read_at

    def _fixed_or_unset(self) -> bool:
        return self._site_url_is_fixed or SITE_URL not in self._set

    def _of(self, id: str) -> JsonValue:
        return self._set.get(id, KNOWN[id].default)

    def _number(self, id: str) -> int | None:
        value = self._set.get(id)
        return value if isinstance(value, int) else None


def check_known(id: str) -> None:
    """Raises CodedError."""
    if id not in KNOWN:
        raise CodedError("error-invalid-setting", f"This server has no setting {id}: it has {', '.join(KNOWN)}")


def _scalar(value: JsonValue) -> bool:
    return isinstance(value, bool | str)
