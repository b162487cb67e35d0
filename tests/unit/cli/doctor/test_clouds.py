"""`fedbridge doctor aws|google|azure|kubernetes|vault`: what a cloud would refuse is told before it refuses."""

import json
import time
from typing import Any

import pytest

from federation.cli.cloud_options import Cloud
from federation.cli.doctor.clouds import checks_for
from federation.cli.doctor.examination import examine
from federation.cli.doctor.finding import Result, Verdict
from federation.cli.doctor.visit import Probe, Visit
from federation.cli.subject import Wish
from federation.local.issuers.loopback import generate_key
from tests.support.fake_bridge import Reply, refusal
from tests.support.sound_bridge import SoundBridge

KEY = generate_key("RS256-cloud", "RS256")
HOUR = 3600


def look(sound: SoundBridge, cloud: str, audience: str | None = "cloud") -> dict[str, Verdict]:
    wish = Wish("auto", sound.url, print, environment=sound.environment)
    visit = Visit(Probe(sound.url), sound.credential, wish, time.time, audience)
    return {one.name: one.verdict for one in examine(visit, checks_for(Cloud(cloud)))}


def issuing(sound: SoundBridge, header: dict[str, Any] | None = None, **claims: Any) -> None:  # noqa: ANN401 (claims)
    """The bridge's token for the cloud is this one."""
    now = int(time.time())
    said = {"iss": sound.url, "sub": "ci/acme/deployer", "aud": "cloud", "iat": now, "exp": now + 300, **claims}
    token = KEY.sign(said, {"typ": "at+jwt", **(header or {})})
    sound.bridge.on("POST", "/token", Reply({"access_token": token, "token_type": "Bearer", "expires_in": 300}))
    sound.publish_keys(KEY.jwk)


@pytest.mark.parametrize("cloud", list(Cloud))
def test_a_sound_token_is_sound_everywhere_but_for_what_only_the_other_side_knows(
    sound: SoundBridge, cloud: Cloud
) -> None:
    issuing(sound)
    found = look(sound, cloud)
    assert {name for name, one in found.items() if one.result is Result.FAILED} == {"reach"}  # a laptop's bridge
    assert found["aud"].result is (Result.WARNING if cloud is Cloud.AZURE else Result.OK)
    assert len(sound.bridge.all_asked("POST", "/token")) == 1
    assert "dpop" not in sound.bridge.all_asked("POST", "/token")[0].headers


@pytest.mark.parametrize(
    ("cloud", "claims", "header", "name", "words"),
    [
        ("google", {"sub": "a" * 128}, {}, "sub", "128 characters; Google takes 1 to 127"),
        ("azure", {"sub": "a b"}, {}, "sub", "a b"),
        ("aws", {"sub": "a/b"}, {}, "sub", "3 characters; AWS takes 6 to 255"),
        ("google", {"exp": int(time.time()) + 50 * HOUR}, {}, "lifetime", "takes less"),
        ("aws", {"ctx": {"x": "y" * 20_000}}, {}, "size", "AWS takes 20000"),
        ("aws", {"aud": ["a", "b"]}, {}, "aud", "2 audiences"),
        ("vault", {}, {"typ": "dpop+jwt"}, "typ", "none of a bridge's"),
    ],
)
def test_what_a_cloud_refuses_is_told_with_its_document(
    sound: SoundBridge, cloud: str, claims: dict[str, Any], header: dict[str, Any], name: str, words: str
) -> None:
    issuing(sound, header, **claims)
    found = look(sound, cloud)[name]
    assert (found.result, words in found.seen, bool(found.next)) == (Result.FAILED, True, True), found


def test_a_key_of_an_algorithm_that_the_cloud_does_not_take_is_told_before_it_signs(sound: SoundBridge) -> None:
    issuing(sound)
    sound.publish_keys(KEY.jwk, sound.keys[0].jwk)
    assert look(sound, "azure")["keys"].result is Result.FAILED
    assert look(sound, "google")["keys"].result is Result.OK


def test_a_plain_typ_is_told_with_what_follows(sound: SoundBridge) -> None:
    issuing(sound, {"typ": "JWT"})
    assert "accepts it nowhere" in look(sound, "vault")["typ"].seen


def test_a_bridge_that_issues_no_token_is_told_once(sound: SoundBridge) -> None:
    sound.bridge.on("POST", "/token", refusal("invalid_target", "target_not_granted: Ask its administrator."))
    found = look(sound, "aws")
    assert (found["token"].result, "target_not_granted" in found["token"].seen) == (Result.FAILED, True)
    assert found["sub"].result is Result.NOT_CHECKED
    assert len(sound.bridge.all_asked("POST", "/token")) == 1


def test_without_an_audience_nothing_is_asked_for(sound: SoundBridge) -> None:
    found = look(sound, "aws", None)
    assert (found["token"].result, "--audience" in found["token"].next) == (Result.NOT_CHECKED, True)
    assert sound.bridge.all_asked("POST", "/token") == []


def test_the_command_says_it_to_machines_and_ends_honestly(sound: SoundBridge) -> None:
    issuing(sound)
    result = sound.run("doctor", "aws", "--audience", "cloud", "--json", **sound.environment)
    members = json.loads(result.stdout)
    assert (result.exit_code, members["result"]) == (1, "failed")
    assert {"cloud.sub", "keys.jwks", "discovery.openid"} <= {one["check"] for one in members["findings"]}
    assert sound.run("doctor", "mars").exit_code == 2
