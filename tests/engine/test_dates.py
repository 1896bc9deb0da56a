from engine.dates import iso


def test_a_date_has_milliseconds_and_a_z() -> None:
    assert iso(0) == "1970-01-01T00:00:00.000Z"
    assert iso(1_483_709_006_018) == "2017-01-06T13:23:26.018Z"
    assert iso(999) == "1970-01-01T00:00:00.999Z"
