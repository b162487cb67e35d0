"""What an admin is told of trust, of our keys and of the archive."""

from typing import Any

import pytest

from federation.cli.doctor.finding import Result, Verdict
from tests.support.fake_bridge import Asked, Reply, problem
from tests.support.jose_keys import ec_key
from tests.support.sound_bridge import SoundBridge, archive, issuer, signing_key, way

PATHS = {
    "trust.issuers": "/issuers",
    "trust.pending": "/confirmations",
    "trust.admins": "/whocan",
    "trust.keys": "/keys",
    "audit.head": "/audit/segments",
}


def answered(sound: SoundBridge, check: str, body: object) -> Verdict:
    sound.bridge.admin("GET", PATHS[check], Reply(body))
    return sound.look(check)


def test_issuers_that_are_disabled_are_named_on_every_page(sound: SoundBridge) -> None:
    def page(asked: Asked) -> Reply:
        if "cursor" in asked.query:
            return Reply({"items": [issuer("b", enabled=False)], "next": None})
        return Reply({"items": [issuer("a")], "next": "behind-a"})

    sound.bridge.admin("GET", "/issuers", page)
    found = sound.look("trust.issuers")
    assert (found.result, "1 of 2 issuers" in found.seen) == (Result.WARNING, True)
    assert "fedbridge history Issuer b" in found.next


def test_pages_without_an_end_end(sound: SoundBridge) -> None:
    assert answered(sound, "trust.issuers", {"items": [issuer("a")], "next": "again"}).result is Result.OK
    assert len(sound.bridge.asked) < 50


def test_where_nobody_is_trusted_nothing_can_be_exchanged(sound: SoundBridge) -> None:
    assert answered(sound, "trust.issuers", {"items": [], "next": None}).result is Result.WARNING


def listed(*documents: dict[str, Any]) -> Reply:
    return Reply({"items": [{"document": one} for one in documents], "next": None})


def test_policies_that_others_edits_have_overtaken_are_named(sound: SoundBridge) -> None:
    cedar = 'forbid (principal, action, resource in Environment::"prod");'
    pinned = {"principal": "p/x", "audience": "vault", "expect": "allow"}
    never = 'forbid (principal, action, resource) when { context has zone && context.zone == "corp" };'
    good, moved, impossible = (
        {"kind": "Policy", "id": "good", "cedar": cedar, "examples": [{**pinned, "expect": "deny"}]},
        {"kind": "Policy", "id": "moved", "cedar": cedar, "examples": [pinned]},
        {"kind": "Policy", "id": "impossible", "cedar": never},
    )
    vault = {"kind": "Audience", "id": "vault", "environment": "prod", "scopes": ["read"]}
    sound.bridge.admin("GET", "/audiences", listed(vault))
    sound.bridge.admin("GET", "/policies", listed(good))
    assert sound.look("trust.policies").result is Result.OK
    sound.bridge.admin("GET", "/policies", listed(good, moved, impossible))
    found = sound.look("trust.policies")
    assert (found.result, "2 of 3 policies" in found.seen) == (Result.WARNING, True)
    assert "moved (/examples/0/expect), impossible (/cedar)" in found.seen


def test_what_waits_for_a_second_admin_is_named(sound: SoundBridge) -> None:
    waiting = [{"kind": "Mapping", "id": name} for name in "abcd"]
    found = answered(sound, "trust.pending", {"items": waiting, "truncated": False})
    assert found.seen == "Documents wait for a second admin: Mapping a, Mapping b, Mapping c and 1 more."
    assert "fedbridge pending" in found.next


@pytest.mark.parametrize(
    ("principals", "result"),
    [
        ([], Result.WARNING),
        (["admin/ann"], Result.WARNING),
        (["admin/ann", "admin/ann"], Result.WARNING),
        (["admin/ann", "admin/ben"], Result.OK),
        (["admin/{sub}"], Result.OK),
    ],
)
def test_an_admin_who_is_alone_is_told(sound: SoundBridge, principals: list[str], result: Result) -> None:
    found = answered(sound, "trust.admins", {"items": [way(one) for one in principals], "truncated": False})
    assert found.result is result


@pytest.mark.parametrize("check", ["trust.admins", "audit.head"])
def test_a_tenants_admin_does_not_see_everything(sound: SoundBridge, check: str) -> None:
    sound.log_in(tenant="acme")
    assert sound.look(check).result is Result.NOT_CHECKED
    assert sound.bridge.asked == []


@pytest.mark.parametrize(
    ("keys", "result", "words"),
    [
        ([signing_key("next")], Result.FAILED, "No key signs"),
        ([], Result.FAILED, "No key signs"),
        ([signing_key("active")], Result.WARNING, "no next key"),
        ([signing_key("active", 40), signing_key("next")], Result.WARNING, "for 40 days"),
        ([signing_key("active"), signing_key("next", seen=False)], Result.OK, "will be ready"),
        ([signing_key("active"), signing_key("next"), signing_key("retired")], Result.OK, "is ready"),
    ],
)
def test_keys_that_are_due_are_told(sound: SoundBridge, keys: list[Any], result: Result, words: str) -> None:
    found = answered(sound, "trust.keys", {"items": keys})
    assert (found.result, words in found.seen) == (result, True), found


def test_an_archive_that_has_stopped_is_told(sound: SoundBridge) -> None:
    for reply, result in ((archive(), Result.OK), (archive(2), Result.FAILED), (Reply({"head": None}), Result.WARNING)):
        sound.bridge.admin("GET", "/audit/segments", reply)
        assert sound.look("audit.head").result is result


@pytest.mark.parametrize("check", PATHS)
def test_without_the_scope_nothing_is_asked(sound: SoundBridge, check: str) -> None:
    sound.log_in(scope="approvals:decide")
    found = sound.look(check)
    assert (found.result, "lacks the scope" in found.seen, sound.bridge.asked) == (Result.NOT_CHECKED, True, [])


@pytest.mark.parametrize("check", PATHS)
def test_what_the_api_refuses_is_not_checked(sound: SoundBridge, check: str) -> None:
    sound.bridge.admin("GET", PATHS[check], problem(403, "missing_scope", "x"))
    found = sound.look(check)
    assert (found.result, "missing_scope" in found.seen) == (Result.NOT_CHECKED, True)


NONSENSE: list[object] = [{"items": 5}, {"items": [5]}, {"items": [{}]}, {"head": {}}, {"head": 5}, {"x": 1}, [], "x"]


@pytest.mark.parametrize("check", PATHS)
@pytest.mark.parametrize("body", NONSENSE)
def test_an_answer_of_another_form_is_a_failure_with_advice(sound: SoundBridge, check: str, body: object) -> None:
    found = answered(sound, check, body)
    assert (found.result, bool(found.next)) == (Result.FAILED, True), found


def published(sound: SoundBridge, name: str, discovery: Reply, keys: Reply | None = None) -> dict[str, Any]:
    """An issuer at the bridge's own address, which a laptop's bridge may have."""
    url = f"{sound.bridge.url}/{name}"
    sound.bridge.on("GET", f"/{name}/.well-known/openid-configuration", discovery)
    sound.bridge.on("GET", f"/{name}/keys", keys or Reply({"keys": [ec_key(name).jwk()]}))
    place = {"provider": "oidc", "issuer": url, "keys": {"discovery": True}}
    return {"document": {**issuer(name)["document"], **place}}


def says(sound: SoundBridge, name: str, issuer_url: str | None = None) -> Reply:
    url = f"{sound.bridge.url}/{name}"
    return Reply({"issuer": issuer_url or url, "jwks_uri": f"{url}/keys"})


def test_every_issuer_is_asked_for_its_keys_and_what_never_heals_is_told_apart(sound: SoundBridge) -> None:
    good = published(sound, "good", says(sound, "good"))
    down = published(sound, "down", Reply({}, 503))
    moved = published(sound, "moved", says(sound, "moved", "https://elsewhere.example"))
    off = published(sound, "off", Reply({}, 503))
    off["document"]["enabled"] = False

    def found(*documents: object) -> Verdict:
        sound.bridge.admin("GET", "/issuers", Reply({"items": list(documents), "next": None}))
        return sound.look("trust.issuers")

    assert (found(good).result, found(off).result) == (Result.OK, Result.WARNING)
    assert "can be had" in found(good).seen
    assert not any("/off/" in asked.path for asked in sound.bridge.asked)
    assert (found(good, down).result, "down: status 503" in found(good, down).seen) == (Result.WARNING, True)
    wrong = found(good, down, moved)
    assert (wrong.result, "moved: discovery names another issuer" in wrong.seen) == (Result.FAILED, True)
    assert "Asking again mends nothing" in wrong.next


def test_what_is_no_place_of_an_issuer_is_not_asked(sound: SoundBridge) -> None:
    held = {"document": {**issuer("held")["document"], "keys": {"pushed": True}}}
    private = published(sound, "private", Reply({}))
    private["document"]["issuer"] = "https://169.254.169.254"
    sound.bridge.admin("GET", "/issuers", Reply({"items": [held, private], "next": None}))
    found = sound.look("trust.issuers")
    assert (found.result, "private: " in found.seen, "held" in found.seen) == (Result.WARNING, True, False)


@pytest.mark.parametrize(
    ("count", "pause", "lives", "result"),
    [
        (12, 3, 300, Result.WARNING),
        (12, 75, 300, Result.OK),
        (12, 3, 10, Result.OK),
        (5, 3, 300, Result.OK),
    ],
)
def test_who_exchanges_once_per_call_is_named_with_what_to_do(
    sound: SoundBridge, count: int, pause: int, lives: int, result: Result
) -> None:
    """google-auth takes a token of five minutes for stale after 75 s, Google's Node library at once."""
    record = {"outcome": "allow", "principal": "partner/acme/sync", "audience": ["risk-engine"]}
    times = [1_000 + pause * number for number in range(count)]
    records = [{**record, "issued_at": at, "expires_at": at + lives} for at in times]
    records += [{"outcome": "deny", "principal": "partner/acme/sync"}] * 20
    sound.bridge.admin("GET", "/audit", Reply({"items": records, "next": None}))
    found = sound.look("audit.rates")
    assert found.result is result
    assert ("partner/acme/sync for risk-engine, every 3 s" in found.seen) is (result is Result.WARNING)
