from pathlib import Path

import pytest

from engine.errors import CodedError
from engine.model.json import JsonValue
from engine.model.messages import MessageContent
from engine.paging import Bounds
from engine.settings import Settings
from engine.workspace.protocol import PostIntent
from engine.workspace.settings import KNOWN, ServerSettings, Values
from tests.engine.workspace.workspaces import Stage, staged

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_what_nobody_has_set_is_as_it_came(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        assert await stage.workspace.settings.current() == Values(site_url="http://127.0.0.1:3000")
        assert await stage.workspace.settings.all() == {
            "API_Allow_Infinite_Count": True,
            "API_Default_Count": 50,
            "API_Enable_Rate_Limiter": True,
            "API_Enable_Rate_Limiter_Limit_Calls_Default": 600,
            "API_Enable_Rate_Limiter_Limit_Time_Default": 60_000,
            "API_Upper_Count_Limit": 100,
            "Message_MaxAllowedSize": 5_000,
            "Site_Url": "http://127.0.0.1:3000",
        }


async def test_a_change_counts_at_once_and_after_a_start(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        for id, value in (
            ("API_Allow_Infinite_Count", "false"),
            ("API_Default_Count", "7"),
            ("API_Upper_Count_Limit", 20.0),
            ("API_Enable_Rate_Limiter", False),
            ("API_Enable_Rate_Limiter_Limit_Calls_Default", 3),
            ("API_Enable_Rate_Limiter_Limit_Time_Default", 1000),
            ("Message_MaxAllowedSize", 10),
            ("Site_Url", "https://chat.example/"),
        ):
            await stage.workspace.settings.change(id, value)
        changed = await stage.workspace.settings.current()
    assert changed == Values(False, 3, 1000, 10, Bounds(7, 20, False), "https://chat.example")
    async with staged(tmp_path) as stage:
        assert await stage.workspace.settings.current() == changed


async def test_another_process_hears_of_a_change_soon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with staged(tmp_path) as stage:
        other = ServerSettings(stage.store)
        assert (await other.current()).max_message_size == 5_000
        await stage.workspace.settings.change("Message_MaxAllowedSize", 10)
        assert (await other.current()).max_message_size == 5_000
        monkeypatch.setattr("engine.workspace.settings.FRESH_SECONDS", 0.0)
        assert (await other.current()).max_message_size == 10


@pytest.mark.parametrize(
    ("id", "value"),
    [
        ("API_Default_Count", 0),
        ("API_Default_Count", -1),
        ("API_Default_Count", "many"),
        ("API_Default_Count", True),
        ("API_Default_Count", 1.5),
        ("API_Default_Count", None),
        ("API_Default_Count", 10**20),
        ("Message_MaxAllowedSize", 10**6),
        ("API_Enable_Rate_Limiter", "yes"),
        ("API_Enable_Rate_Limiter", 1),
        ("API_Enable_Rate_Limiter", []),
        ("Site_Url", "ftp://chat.example"),
        ("Site_Url", "http://user@chat.example"),
        ("Site_Url", "http://[chat"),
        ("Site_Url", "http://chat.example/a b"),
        ("Site_Url", 7),
    ],
)
async def test_a_value_that_cannot_be_is_refused_with_what_can(tmp_path: Path, id: str, value: JsonValue) -> None:
    async with staged(tmp_path) as stage:
        with pytest.raises(CodedError, match="error-invalid-setting-value") as raised:
            await stage.workspace.settings.change(id, value)
        assert raised.value.reason == f"{id} is {KNOWN[id]}"


async def test_what_the_operator_says_stands_above_it(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        await stage.workspace.settings.change("Site_Url", "https://set.example")
        operated = ServerSettings(stage.store)
        operated.start(Settings(data=tmp_path, root_url="https://root.example"))
        with pytest.raises(CodedError, match="HOOKCELL_ROOT_URL"):
            await operated.change("Site_Url", "https://other.example")
        assert (await operated.current()).site_url == "https://root.example"
        assert (await operated.all())["Site_Url"] == "https://root.example"
        with pytest.raises(CodedError, match="error-invalid-setting"):
            await operated.change("Accounts_Everything", True)


async def fits(stage: Stage, text: str) -> bool:
    admin = await stage.admin()
    try:
        await stage.workspace.resolve(PostIntent(admin.id, "#general", MessageContent(text)))
    except Exception as error:
        assert str(error) == "error-message-size-exceeded"
        return False
    return True


async def test_the_size_of_messages_is_what_the_setting_says(tmp_path: Path) -> None:
    async with staged(tmp_path) as stage:
        assert (await fits(stage, "x" * 5000), await fits(stage, "x" * 5001)) == (True, False)
        await stage.workspace.settings.change("Message_MaxAllowedSize", 6000)
        assert (await fits(stage, "x" * 6000), await fits(stage, "x" * 6001)) == (True, False)
