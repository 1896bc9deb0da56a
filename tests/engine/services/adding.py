"""A process that adds to what scripts keep, in calls at once: python -m tests.engine.services.adding FOLDER URL CALLS."""

import asyncio
import sys
from pathlib import Path

from engine.http import GuardedClient
from engine.services import RunServices
from engine.store.postgres import PostgresStore
from tests.engine.http.network import LOOPBACK, Names, system_tls
from tests.engine.services.runs import Desk, kit_of


async def add(at: Desk) -> None:
    run: RunServices = await at.open(seconds=60)
    number = await run.ask("store", "add", {"key": "count", "number": 1})
    await run.ask("store", "append", {"key": "list", "value": number, "keep": 1000})
    await at.end(run)


async def main(data: Path, url: str, calls: int) -> None:
    store = await PostgresStore.open(url)
    client = GuardedClient(LOOPBACK, resolver=Names(), ssl_context=system_tls())
    try:
        at = Desk(kit_of(store, client, data, True), store, data)
        await asyncio.gather(*(add(at) for _ in range(calls)))
        await at.settled()
    finally:
        await client.close()
        await store.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
