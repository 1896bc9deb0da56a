from engine.ids import ALPHABET, new_id, new_token


def test_ids_are_seventeen_unmistakable_characters_and_never_the_same() -> None:
    ids = {new_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert {len(id) for id in ids} == {17}
    assert set("".join(ids)) == set(ALPHABET)
    assert not set("01IOUVl") & set(ALPHABET)


def test_a_token_has_the_length_asked_for() -> None:
    assert len(new_token(48)) == 48
