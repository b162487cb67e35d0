"""The schedule that asks issuers for their keys."""

from msgspec.structs import replace

from federation.issuer_keys.refresh import RefreshReport
from federation.model.issuer_keys import IssuerKeySet
from federation.model.trust import IssuerKeys
from federation.ports import VersionConflict
from federation.verification.held_keys import FRESH
from federation.verification.second_level import pushed_anchor
from tests.support.fake_fetcher import FakeFetcher
from tests.support.fake_issuer_keys import FakeIssuerKeys
from tests.support.issuer_online import NEW, OLD, at, online, publishing, take_offline
from tests.support.issuer_shared import refresh
from tests.support.issuer_world import DISCOVERY, IDP, JWKS_URI, NOW, World, jwks, trusted, world

PUSHED = trusted(keys=IssuerKeys(pushed=True, pushed_max_age=3600))


def test_every_enabled_issuer_that_can_be_fetched_from_is_asked_and_no_other() -> None:
    issuers = [
        online(id="address"),
        trusted(id="discovery", keys=IssuerKeys(discovery=True)),
        online(id="disabled", enabled=False),
        trusted(id="static"),
        trusted(id="aws", keys=IssuerKeys(caller_identity=True)),
    ]
    web = FakeFetcher({DISCOVERY: {"issuer": IDP, "jwks_uri": JWKS_URI}, JWKS_URI: jwks(OLD)})
    w = world(*issuers, web=web)
    assert refresh(w) == RefreshReport(asked=2, failed={}, stale=(), left_out=0, certificates_ending={})
    assert w.fetched.kept.keys() == {"address", "discovery"}
    assert (w.pushed.loads, w.alarms) == (0, [])


def test_what_is_kept_says_when_and_under_which_version_it_was_fetched() -> None:
    w = publishing()
    w.directory.current = (online(version=7),)
    refresh(at(w, 0.9))
    kept = w.fetched.kept["idp"].keys
    assert kept is not None
    assert (kept.issuer, kept.anchor, kept.as_of) == ("idp", "version 7", NOW)
    assert (kept.origin, kept.replaced_at) == (None, None)


def test_the_host_that_discovery_named_first_is_remembered_from_run_to_run() -> None:
    elsewhere = "https://keys.example.net/jwks"
    web = FakeFetcher({DISCOVERY: {"issuer": IDP, "jwks_uri": JWKS_URI}, JWKS_URI: jwks(OLD), elsewhere: jwks(NEW)})
    w = world(trusted(keys=IssuerKeys(discovery=True)), web=web)
    refresh(w)
    web.documents[DISCOVERY] = {"issuer": IDP, "jwks_uri": elsewhere}
    assert refresh(w).failed == {"idp": "discovery moved the keys to another host"}
    assert w.alarms == [("idp", "discovery moved the keys to another host")]


def test_a_failure_is_stale_only_once_the_last_good_answer_is_old() -> None:
    w = publishing()
    refresh(w)
    take_offline(w)
    for age, stale in ((FRESH - 1, ()), (1, ("idp",))):
        report = refresh(at(w, age))
        assert (report.failed, report.stale) == ({"idp": JWKS_URI}, stale)


def test_who_was_never_heard_of_is_stale_at_once() -> None:
    assert refresh(world(online())).stale == ("idp",)


def test_one_issuers_failure_of_whatever_kind_is_its_own() -> None:
    class Broken(FakeFetcher):
        def fetch(self, url: str) -> bytes:
            if url.endswith("/broken"):
                raise ZeroDivisionError
            return super().fetch(url)

    web = Broken({JWKS_URI: jwks(OLD)})
    w = world(online(), online(id="broken", keys=IssuerKeys(jwks_uri=f"{IDP}/broken")), web=web)
    report = refresh(w)
    assert (report.asked, report.failed, report.stale) == (2, {"broken": "ZeroDivisionError"}, ("broken",))
    assert list(w.fetched.kept) == ["idp"]


def test_a_store_that_is_down_is_said() -> None:
    w = publishing()
    w.fetched.failing = True
    assert refresh(w).failed == {"idp": "store_unavailable"}


def test_a_run_that_was_overtaken_leaves_what_the_quicker_one_wrote() -> None:
    class Overtaken(FakeIssuerKeys):
        def save(self, keys: IssuerKeySet, tag: str) -> None:
            raise VersionConflict(keys.issuer + tag)

    w = publishing()
    overtaken = World(w.directory, w.web, w.clock, fetched=Overtaken())
    assert refresh(overtaken) == RefreshReport(1, {}, (), 0, {})


def test_a_push_is_overdue_after_as_long_as_the_document_says() -> None:
    w = world(PUSHED)
    w.pushed.save(IssuerKeySet("idp", pushed_anchor(PUSHED), '{"keys": [{}]}', NOW), "")
    assert refresh(at(w, 3600)) == RefreshReport(1, {}, (), 0, {})
    assert refresh(at(w, 1)) == RefreshReport(1, {}, ("idp",), 0, {})
    assert w.web.fetched == []


def test_an_issuer_that_never_pushed_is_stale_unless_its_document_has_first_keys() -> None:
    first = replace(PUSHED, id="first", keys=IssuerKeys(pushed=True, jwks=jwks(OLD)))
    assert refresh(world(PUSHED, first)).stale == ("idp",)
