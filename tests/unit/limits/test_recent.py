from federation.limits.recent import Recent


def test_Q4_what_was_used_longest_ago_makes_room() -> None:
    recent: Recent[str, str] = Recent(3)
    for key in "abc":
        recent.put(key, key)
    assert recent.get("a", lambda: "new") == "a"
    recent.put("d", "d")
    assert len(recent) == 3
    assert [recent.get(key, lambda: "new") for key in "ad"] == ["a", "d"]
    assert recent.get("b", lambda: "new") == "new"


def test_what_is_made_is_kept() -> None:
    recent: Recent[str, list[int]] = Recent(3)
    recent.get("a", list).append(1)
    assert recent.get("a", list) == [1]
