"""The decoder of frames, fed what no honest process sends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.wire import HEADER, BadFrame, Decoder, Frame, count_nodes, encode, holds_more

FRAMES = st.lists(
    st.builds(Frame, st.integers(0, 255), st.integers(0, 2**64 - 1), st.binary(max_size=300), st.binary(max_size=300)),
    max_size=8,
)


def received(decoder: Decoder, pieces: list[bytes]) -> list[Frame]:
    found = []
    for piece in pieces:
        decoder.feed(piece)
        while (frame := decoder.next()) is not None:
            found.append(frame)
    return found


def split(data: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({cut % (len(data) + 1) for cut in cuts} | {0, len(data)})
    return [data[begin:end] for begin, end in zip(places, places[1:], strict=False)]


@given(FRAMES, st.lists(st.integers(0, 10**6), max_size=30))
def test_frames_arrive_whole_however_they_are_cut(frames: list[Frame], cuts: list[int]) -> None:
    data = b"".join(encode(*frame) for frame in frames)
    decoder = Decoder(max_meta=300, max_payload=300)
    assert received(decoder, split(data, cuts)) == frames
    assert decoder.pending == 0 and decoder.next() is None


@given(FRAMES, st.integers(1, 5))
def test_single_bytes_are_enough(frames: list[Frame], size: int) -> None:
    data = b"".join(encode(*frame) for frame in frames)
    decoder = Decoder(max_meta=300, max_payload=300)
    assert received(decoder, [data[at : at + size] for at in range(0, len(data), size)]) == frames


@given(FRAMES.filter(bool), st.data())
def test_a_truncated_frame_is_never_given_out(frames: list[Frame], draw: st.DataObject) -> None:
    data = b"".join(encode(*frame) for frame in frames)
    end = draw.draw(st.integers(0, len(data) - 1))
    decoder = Decoder(max_meta=300, max_payload=300)
    found = received(decoder, split(data[:end], []))
    assert found == frames[: len(found)] and len(found) < len(frames)
    assert decoder.pending == end - sum(len(encode(*frame)) for frame in found)


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1), st.integers(0, 300))
def test_a_frame_over_a_cap_is_refused_before_it_is_kept(meta: int, payload: int, more: int) -> None:
    decoder = Decoder(max_meta=300, max_payload=500)
    decoder.feed(HEADER.pack(1, 1, meta, payload) + b"x" * more)
    if meta > 300 or payload > 500:
        with pytest.raises(BadFrame, match="larger than allowed"):
            decoder.next()
    else:
        frame = decoder.next()
        assert (frame is not None) == (meta + payload <= more)


@given(st.lists(st.binary(max_size=200), max_size=20))
def test_any_bytes_at_all_end_in_frames_waiting_or_a_bad_frame(pieces: list[bytes]) -> None:
    decoder = Decoder(max_meta=64, max_payload=64)
    try:
        for frame in received(decoder, pieces):
            assert len(frame.meta) <= 64 and len(frame.payload) <= 64
    except BadFrame:
        return
    # what is kept is one incomplete frame at most
    assert decoder.pending < HEADER.size + 64 + 64


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(alphabet='[]{},"\\x'),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(alphabet='[{,"\\'), inner, max_size=4),
)


def size(value: object) -> int:
    if isinstance(value, dict):
        return 1 + sum(size(item) for item in value.values())
    return 1 + sum(size(item) for item in value) if isinstance(value, list) else 1


@given(JSON)
def test_nodes_are_never_counted_too_low(value: object) -> None:
    import json

    data = json.dumps(value).encode()
    assert count_nodes(data) >= size(value) and holds_more(data, size(value) - 1)


def test_text_is_no_node_however_it_is_written() -> None:
    assert exactly(3, b'["[,{\\"[,{", 1]')
    assert exactly(1, b'"' + b"\\\\" * 1000 + b'[,"')
    assert exactly(2, b'["' + b"\\\\" * 1000 + b'\\"[,"]')
    assert exactly(1, b'"' + b"," * 500_000 + b'"')
    # what is not closed, which only a liar sends, goes to the end
    assert exactly(3, b'[1,"[,[,[,')
    assert exactly(2, b"[" + b'"' + b'\\",' * 500_000)


def test_more_strings_than_so_many_values_have_are_more_values() -> None:
    strings = b'{"a,":",b","c,":",d"}'
    assert exactly(3, strings) and not holds_more(strings, 3)
    assert holds_more(b"[" + b",".join([b'"a,"'] * 20_000) + b"]", 4_000)


def exactly(nodes: int, data: bytes) -> bool:
    return holds_more(data, nodes - 1) and not holds_more(data, nodes)
