"""Two servers and two workers on one PostgreSQL database, now this one, now that one killed (-9) and started again.

What must hold afterwards is what holds for one server: `rig.check`.
"""

import itertools
import random
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import httpx2
from sqlalchemy import make_url

from tests.postgres import database
from tests.processes import ServerProcess, hasty, receiving, starting
from tests.receiver import Received, Response
from tests.torture.rig import ONCE, PATIENT, SPEAKERS, Round, answering, check, integrate, settle

SERVER, WORKER = ("serve", "--no-worker", "--port", "0"), ("worker",)
ROLES = (SERVER, SERVER, WORKER, WORKER)


class Cluster:
    """`processes` are those of ROLES; each is replaced while the others go on."""

    def __init__(self, folder: Path, url: str) -> None:
        self._folder = folder
        self._url = url
        self._stacks = [ExitStack() for _ in ROLES]
        self._numbers = itertools.count()
        self.processes = [self._begin(place) for place in range(len(ROLES))]
        for process, role in zip(self.processes, ROLES, strict=True):
            self._wait(process, role)

    def servers(self) -> list[ServerProcess]:
        return [process for process, role in zip(self.processes, ROLES, strict=True) if role == SERVER]

    def kill(self, place: int) -> None:
        """And starts another in its place."""
        self.processes[place].process.kill()
        self._stacks[place].close()
        # those who speak go on at the other
        begun = self._begin(place)
        self._wait(begun, ROLES[place])
        self.processes[place] = begun

    def close(self) -> None:
        for stack in self._stacks:
            stack.close()

    def _begin(self, place: int) -> ServerProcess:
        data = self._folder / str(next(self._numbers)) / "data"
        data.parent.mkdir(parents=True)
        settings = {"HOOKCELL_DATABASE_URL": self._url, "HOOKCELL_RATE_LIMIT": "off"}
        return self._stacks[place].enter_context(starting(data, *hasty(*ROLES[place]), **settings))

    def _wait(self, process: ServerProcess, role: tuple[str, ...]) -> None:
        if role == WORKER:
            process.wait_until_working()
        else:
            process.wait_until_serving()
            process.login()


def torture(folder: Path, *, messages: int, kills: int, seed: int) -> dict[str, int]:
    """Raises AssertionError; the figures of the round."""
    with database() as url:
        address = make_url(url).set(drivername="postgresql+psycopg")
        one = Round(address.render_as_string(hide_password=False), random.Random(seed))

        def answer(_: Received) -> Response | bytes:
            return answering(one.dice)

        with receiving(answer) as receiver:
            cluster = Cluster(folder, url)
            try:
                integrate(cluster.servers()[0], receiver)
                _speak(one, cluster, messages, kills)
                settle(cluster.servers()[0])
            finally:
                cluster.close()
            one.requests = list(receiver.requests)
        return check(one)


def _speak(one: Round, cluster: Cluster, messages: int, kills: int) -> None:
    said = iter([f"{(PATIENT, ONCE)[number % 2]} {number}" for number in range(messages)])
    left, lock = [messages], threading.Lock()

    def speak(number: int) -> None:
        while True:
            server = cluster.servers()[number % 2]
            with lock:
                text = next(said, None)
                left[0] -= 1
            if text is None:
                return
            try:
                answer = httpx2.post(
                    f"{server.url}/api/v1/chat.postMessage",
                    json={"channel": "#general", "text": text},
                    headers=server.headers,
                    timeout=30,
                    trust_env=False,
                )
                (one.accepted if answer.status_code == 200 else one.unsure).add(text)
            except httpx2.HTTPError:
                one.unsure.add(text)
                # the one that is gone, until its place is taken
                time.sleep(0.05)

    speakers = [threading.Thread(target=speak, args=(number,)) for number in range(SPEAKERS)]
    for speaker in speakers:
        speaker.start()
    pause = max(1, messages // (kills + 1))
    for number in range(kills):
        until = messages - pause * (number + 1)
        while left[0] > until and any(speaker.is_alive() for speaker in speakers):
            time.sleep(0.001)
        time.sleep(one.dice.random() * 0.2)
        # a worker, a server, a worker, ...
        cluster.kill((2, 0, 3, 1)[number % 4])
        one.kills += 1
    for speaker in speakers:
        speaker.join()
