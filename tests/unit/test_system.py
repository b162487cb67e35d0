from federation.system import RandomIdentifiers


def test_an_identifier_can_be_pasted_behind_a_command() -> None:
    """One in sixty-four began with a hyphen, and was taken for an option."""
    made = [RandomIdentifiers().new() for _ in range(2_000)]
    assert [one for one in made if one.startswith("-")] == []
    assert {len(one) for one in made} == {22}
