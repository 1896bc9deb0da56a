import pytest

from engine.channels import MAX_TARGETS, Target, incoming_targets, outgoing_targets, target
from engine.errors import CodedError
from engine.model.json import JsonValue

DETAILS: dict[str, JsonValue] = {"method": "addIncomingIntegration"}
GENERAL, CAT = Target("room", "general"), Target("user", "rocket.cat")


def test_an_integrations_channel_is_csv_in_its_order_with_what_is_repeated() -> None:
    expected = (GENERAL, CAT, GENERAL)
    assert incoming_targets(" #general, @rocket.cat ,#general") == expected
    assert outgoing_targets(" #general, @rocket.cat ,#general") == expected
    assert incoming_targets(["#general", " @rocket.cat", "#general"]) == expected
    assert outgoing_targets(("#general", "@rocket.cat", "#general")) == expected


@pytest.mark.parametrize("text", ["#general", "@rocket.cat", "all_private_groups", "bare", "#", "#a b"])
def test_a_target_is_written_as_it_was_read(text: str) -> None:
    assert str(target(text)) == text


@pytest.mark.parametrize("group", ["all_public_channels", "all_private_groups", "all_direct_messages"])
def test_groups_of_rooms_are_heard_and_by_default_posted_to(group: str) -> None:
    [heard] = outgoing_targets(group)
    assert (heard.kind, heard.name) == (group, group)
    assert incoming_targets(f"#general,{group}") == (GENERAL, heard)
    with pytest.raises(CodedError) as caught:
        incoming_targets(f"#general,{group}", strict=True)
    assert caught.value.code == "error-invalid-channel-start-with-chars"


def test_a_group_in_capitals_passes_the_prefix_and_is_a_room_that_does_not_exist() -> None:
    assert outgoing_targets("ALL_PUBLIC_CHANNELS") == (Target("bare", "ALL_PUBLIC_CHANNELS"),)


@pytest.mark.parametrize("channel", ["", "  ", [], [""]])
def test_no_channel_at_all_is_an_invalid_channel(channel: str | list[str]) -> None:
    for error, reason in (
        (pytest.raises(CodedError, incoming_targets, channel, details=DETAILS), "Invalid channel"),
        (pytest.raises(CodedError, outgoing_targets, channel, details=DETAILS), "Invalid Channel"),
    ):
        assert (error.value.code, error.value.reason) == ("error-invalid-channel", reason)
        assert error.value.details == DETAILS


@pytest.mark.parametrize("channel", ["general", "#general,GENERAL", "!x", "＃general"])
def test_a_target_without_a_prefix_says_how_it_starts(channel: str) -> None:
    for error in (
        pytest.raises(CodedError, incoming_targets, channel, details=DETAILS),
        pytest.raises(CodedError, outgoing_targets, channel, details=DETAILS),
    ):
        assert error.value.code == "error-invalid-channel-start-with-chars"
        assert error.value.reason == "Invalid channel. Start with @ or #"
        assert error.value.details == DETAILS


def test_an_empty_item_is_refused_where_one_posts_and_dropped_where_one_hears() -> None:
    with pytest.raises(CodedError) as caught:
        incoming_targets("#general,,@rocket.cat")
    assert caught.value.code == "error-invalid-channel-start-with-chars"
    assert outgoing_targets("#general,,@rocket.cat,") == (GENERAL, CAT)


def test_nothing_but_commas_is_empty_items_for_one_and_no_channel_for_the_other() -> None:
    with pytest.raises(CodedError, match="error-invalid-channel-start-with-chars"):
        incoming_targets(" , ")
    with pytest.raises(CodedError, match=r"\[error-invalid-channel\]"):
        outgoing_targets(" , ")


def test_there_are_at_most_500_targets() -> None:
    many = ",".join(["#general"] * (MAX_TARGETS + 1))
    for read in (incoming_targets, outgoing_targets):
        with pytest.raises(CodedError) as caught:
            read(many)
        assert caught.value.code == "error-invalid-channel"
        assert caught.value.reason == "Invalid channel: 501 of them, at most 500"
    assert len(outgoing_targets(many.removesuffix(",#general"))) == MAX_TARGETS
