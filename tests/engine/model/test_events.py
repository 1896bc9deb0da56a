import json

from engine.model.events import Chain, Event
from engine.model.messages import Message, Room, User

USER = User("u1", "alice", "Alice", "user", ("user", "admin"), True)
ROOM = Room("r1", "d", None, 5, members=(("u1", "alice"), ("u2", "bob")), users_count=2)
MESSAGE = Message("m1", "r1", "u1", "alice", 7, "hi \ud800", {"alias": "A", "bot": {"i": "x"}}, "t1", "x", 8, 9)


def test_an_event_comes_back_from_json_as_it_was() -> None:
    for event in (
        Event("sendMessage", "embedded", "message", "m1", 7, USER, ROOM, MESSAGE, None, Chain(("a", "b"))),
        Event("userCreated", "embedded", "user", "u1", 3, USER),
        Event("roomCreated", "embedded", "room", "r1", 3, None, ROOM, None, USER),
    ):
        stored, chain = json.loads(json.dumps([event.to_json(), event.chain.to_json()]))
        read = Event.from_json(
            event=event.event,
            workspace=event.workspace,
            source=event.source,
            source_id=event.source_id,
            payload=stored,
            chain=chain,
        )
        assert read == event


def test_a_chain_grows_by_one_integration_at_a_time() -> None:
    chain = Chain(("a",)).then("b")
    assert (chain.integrations, chain.depth) == (("a", "b"), 2)
