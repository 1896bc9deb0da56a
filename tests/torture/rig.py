"""A real server, killed (-9) again and again while it sends deliveries to a receiver that fails a third of the time.

What must hold afterwards is `check`: nothing that was accepted is lost or stuck, repeats are under one key and the same
bytes, and nothing is posted twice.
"""

import json
import random
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from sqlalchemy import create_engine, select

from engine.store.connections import json_value
from engine.store.schema import deliveries as deliveries_table
from engine.store.schema import events, messages
from tests.processes import ServerProcess, receiving, serving
from tests.receiver import Received, Receiver, Response

SCRIPT = """
import random
def prepare_outgoing_request(request):
    text = request["data"]["text"]
    return {**request, "data": {"text": text, "drawn": random.random()}, "message": "sending " + text}

def process_outgoing_response(request, response):
    if response["status_code"] == 200:
        return "sent " + request["data"]["text"]
"""
RETRIES = {"retryFailedCalls": True, "retryCount": 3, "retryDelay": "powers-of-ten"}
PATIENT, ONCE = "patient", "once"
SPEAKERS = 6
SETTLE_SECONDS = 90.0


@dataclass
class Round:
    """What was said and heard. `accepted` was answered 200; `unsure` was cut off before an answer came.

    `database` is SQLAlchemy's url of what was stored.
    """

    database: str
    dice: random.Random
    accepted: set[str] = field(default_factory=set)
    unsure: set[str] = field(default_factory=set)
    requests: list[Received] = field(default_factory=list)
    kills: int = 0


def answering(dice: random.Random) -> Response | bytes:
    """One in three fails: by its status, by a connection that breaks, by an answer that comes late."""
    match dice.randrange(9):
        case 0:
            return Response(503)
        case 1:
            return b"no HTTP at all\r\n\r\n"
        case 2:
            return Response(500, delay=0.3)
        case _:
            return Response(200, body=b"{}")


def play(data: Path, *, messages: int, kills: int, seed: int) -> Round:
    """Says `messages`, kills the server `kills` times meanwhile, and returns once all deliveries have ended."""
    one = Round(f"sqlite:///{data / 'hookcell.db'}", random.Random(seed))

    def answer(_: Received) -> Response | bytes:
        return answering(one.dice)

    with receiving(answer) as receiver:
        with serving(data) as server:
            integrate(server, receiver)
        said = iter([f"{(PATIENT, ONCE)[number % 2]} {number}" for number in range(messages)])
        left, lock = [messages], threading.Lock()
        pause = max(1, messages // (kills + 1))
        for _ in range(kills):
            with serving(data, HOOKCELL_RATE_LIMIT="off") as server:
                _say(one, server, said, left, lock, until=left[0] - pause, kill=True)
                one.kills += 1
        with serving(data, HOOKCELL_RATE_LIMIT="off") as server:
            _say(one, server, said, left, lock, until=0, kill=False)
            settle(server)
            one.requests = list(receiver.requests)
    return one


def integrate(server: ServerProcess, receiver: Receiver) -> None:
    for name, fields in ((PATIENT, RETRIES), (ONCE, {})):
        server.create(
            type="webhook-outgoing",
            event="sendMessage",
            name=name,
            urls=[receiver.url],
            triggerWords=[name],
            script=SCRIPT,
            **fields,
        )


def _say(
    one: Round,
    server: ServerProcess,
    said: Iterator[str],
    left: list[int],
    lock: threading.Lock,
    *,
    until: int,
    kill: bool,
) -> None:
    """Several speak at once, until so many are left or the server is gone."""
    over = threading.Event()

    def speak() -> None:
        with httpx2.Client(base_url=server.url, headers=server.headers, trust_env=False, timeout=30) as client:
            while not over.is_set():
                with lock:
                    if left[0] <= 0:
                        return
                    left[0] -= 1
                    text = next(said)
                try:
                    answer = client.post("/api/v1/chat.postMessage", json={"channel": "#general", "text": text})
                    (one.accepted if answer.status_code == 200 else one.unsure).add(text)
                except httpx2.HTTPError:
                    one.unsure.add(text)
                    return

    speakers = [threading.Thread(target=speak) for _ in range(SPEAKERS)]
    for speaker in speakers:
        speaker.start()
    if kill:
        while left[0] > until and any(speaker.is_alive() for speaker in speakers):
            time.sleep(0.001)
        # anywhere between two writes, in the middle of a request, while a hook runs
        time.sleep(one.dice.random() * 0.3)
        server.process.kill()
        server.wait()
        over.set()
    for speaker in speakers:
        speaker.join()


def settle(server: ServerProcess) -> None:
    """Until nothing waits; nobody waits for a schedule, and what was interrupted too often is let go on."""
    path = "/api/v1/integrations.deliveries"
    deadline = time.monotonic() + SETTLE_SECONDS
    ids = [record["_id"] for record in server.get("/api/v1/integrations.list")["integrations"]]
    while server.get(path, state="pending,claimed,held")["total"]:
        assert time.monotonic() < deadline, server.get(path, state="pending,claimed,held")["deliveries"][:3]
        for id in ids:
            server.post(f"{path}.send", {"integrationId": id})
            server.post(f"{path}.release", {"integrationId": id})
        time.sleep(0.1)


def check(one: Round) -> dict[str, int]:
    """Raises AssertionError; the figures of the round."""
    engine = create_engine(one.database, json_deserializer=json_value)
    with engine.connect() as connection:
        posted = Counter(connection.execute(select(messages.c.text)).scalars())
        row = deliveries_table.c
        columns = select(row.id, row.state, row.attempts, row.interruptions, events.c.payload)
        rows = connection.execute(columns.join(events, events.c.id == row.event_id)).all()
    engine.dispose()
    deliveries = {payload["message"]["text"]: tuple(values) for *values, payload in rows}
    assert len(deliveries) == len(rows), "an event was delivered under two keys"
    assert one.accepted <= posted.keys(), "an accepted message is lost"
    assert one.accepted <= deliveries.keys() <= one.accepted | one.unsure, "an accepted event is lost"
    assert {state for _, state, _, _ in deliveries.values()} <= {"finished", "failed"}, "a delivery is stuck"
    repeated = [text for text, times in posted.items() if times > 1]
    assert not repeated, f"posted twice: {repeated[:5]}"
    sent = _by_key(one.requests)
    assert sent.keys() <= {id for id, *_ in deliveries.values()}, "a request under a key of no delivery"
    for text, (id, state, attempts, interruptions) in deliveries.items():
        bodies = sent[id]
        assert bodies, f"{text} was never sent"
        assert len(set(bodies)) == 1, f"{text} was sent with different bytes under one key"
        assert json.loads(bodies[0])["text"] == text
        most = 4 if text.startswith(PATIENT) else 1
        assert 1 <= attempts <= most and attempts <= len(bodies) <= attempts + interruptions, (
            text,
            attempts,
            len(bodies),
        )
        assert posted[f"sending {text}"] == 1, f"{text} was not announced"
        assert (posted[f"sent {text}"] == 1) == (state == "finished"), (
            f"{text} is {state} and its answer says otherwise"
        )
    return {
        "accepted": len(one.accepted),
        "unsure": len(one.unsure),
        "kills": one.kills,
        "requests": len(one.requests),
        "repeats": len(one.requests) - len(sent),
        "interrupted": sum(interruptions > 0 for *_, interruptions in deliveries.values()),
        "failed": sum(state == "failed" for _, state, _, _ in deliveries.values()),
    }


def _by_key(requests: list[Received]) -> dict[str, list[bytes]]:
    sent: dict[str, list[bytes]] = defaultdict(list)
    for request in requests:
        key: Any = request.header("idempotency-key")
        sent[key].append(request.body)
    return sent
