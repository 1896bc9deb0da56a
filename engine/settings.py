"""The operator's settings: one object, read once from `HOOKCELL_*` at the edge of the program.

`api/README.md` lists every name; a test holds the two together.
"""

from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from engine.http import EgressPolicy

MIB = 1024 * 1024


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="HOOKCELL_", extra="forbid", frozen=True)

    data: Path = Field(Path("data"), description="Folder of the database, its lock and generated secrets")
    database_url: str | None = Field(
        None, repr=False, description="`postgresql://...`: instead of the SQLite file in the data folder"
    )
    database_listen_url: str | None = Field(
        None, repr=False, description="The database's own address where the other one is a pooler's"
    )
    host: str = Field("127.0.0.1", description="Address to listen on")
    port: int = Field(3000, ge=0, le=65535, description="Port to listen on; 0 takes a free one")
    root_url: str | None = Field(
        None, description="Address under which clients reach the server; `siteUrl` in payloads"
    )
    admin_username: str = Field("admin", description="Name of the admin a first start makes")
    admin_pass: str | None = Field(None, description="Password of that admin; unset: generated into the data folder")
    registration: Literal["closed", "open"] = Field("closed", description="Whether `users.register` is offered")
    egress_allow: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="CIDRs and hosts, comma separated, that outgoing calls may reach besides the public internet"
    )
    rate_limit: str | None = Field(None, description="`off`, or calls a minute for each hook")
    strict_compat: bool = Field(False, description="Restore the original's behaviour where the strict table says so")
    max_body_hooks: int = Field(5 * MIB, gt=0, description="Largest body for `/hooks`, in bytes")
    max_body_api: int = Field(1 * MIB, gt=0, description="Largest body for `/api/v1`, in bytes")
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="CIDRs whose `X-Forwarded-For` is believed, comma separated"
    )
    allow_unsafe_query_and_fields_api_params: bool = Field(
        False, description="Accept `query` and `fields` on lists, as Rocket.Chat does with its setting of that name"
    )
    freeze_integration_scripts: bool = Field(False, description="Refuse to store a script that is new or changed")
    allow_weak_sandbox: bool = Field(False, description="Serve even where the system cannot lock cells down fully")
    cell_uid: int = Field(
        65534, gt=0, lt=2**32 - 1, description="User that cells run as where the server is root: one that owns nothing"
    )
    encryption_key: str | None = Field(
        None, repr=False, description="Key that secrets are encrypted with; unset: one in the data folder"
    )
    script_log: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Names of integrations whose scripts' log goes to the server's too, comma separated; `*`: all"
    )
    history_days: int = Field(30, ge=1, description="Days that runs are kept")

    @field_validator("egress_allow", "script_log", "trusted_proxies", mode="before")
    @classmethod
    def _comma_separated(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(item.strip() for item in value.split(",") if item.strip())
        return value

    @field_validator("egress_allow")
    @classmethod
    def _allowances(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        EgressPolicy.parse(value)
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for item in value:
            try:
                ip_network(item)
            except ValueError as error:
                raise ValueError(f"{item!r} is no address or network like 10.0.0.1 or 10.0.0.0/8: {error}") from None
        return value

    @field_validator("rate_limit")
    @classmethod
    def _off_or_a_number(cls, value: str | None) -> str | None:
        if value is not None and value != "off" and not (value.isdecimal() and int(value) > 0):
            raise ValueError("is 'off' or a number of calls a minute")
        return value

    @property
    def site_url(self) -> str:
        return self.root_url or f"http://{self.host}:{self.port}"
