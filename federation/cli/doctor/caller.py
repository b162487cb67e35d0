"""The caller's own token: which would be taken, and is it current. It is shown to nobody."""

from collections.abc import Iterator

from federation.cli.doctor.finding import Settled, Verdict, failed, not_checked, ok, warning
from federation.cli.doctor.shown import shown
from federation.cli.doctor.visit import Members, Visit, lasting, read_unverified, seconds, texts
from federation.cli.failure import Failed
from federation.cli.subject import GITHUB_TOKEN, resolved, subject_token
from federation.verification.claims import SKEW

_FRESH = "Get a fresh token from its issuer, then repeat."
_UNSIGNED = ("none", "HS256", "HS384", "HS512")
"""By which nobody proves anything to somebody else."""


def source(visit: Visit) -> Verdict:
    """Where `fedbridge token` and `fedbridge login` would look."""
    found = _source(visit)
    if found == "github" and not visit.wish.has(GITHUB_TOKEN):
        return failed("This GitHub Actions job may not ask for a token.", "Give it permissions: {id-token: write}.")
    return ok(f"A token of your own would come from {_called(found)}.")


def token(visit: Visit) -> Verdict:
    """Whether the bridge could take it: that is up to its signature and to trust documents as well."""
    found = _source(visit)
    if found in ("github", "device"):
        raise Settled(not_checked(f"A token from {_called(found)} is made when it is asked for."))
    try:
        header, claims = read_unverified(subject_token(visit.wish).token)
    except Failed as problem:
        raise Settled(failed(f"{shown(str(problem))}.", _FRESH)) from None
    for doubt in (*_wrong(header, claims, visit.now()), *_doubtful(claims, visit.bridge)):
        return doubt
    left = (seconds(claims, "exp") or 0) - visit.now()
    return ok(f"It is by {shown(claims.get('iss'))}, for this bridge, and good for {lasting(left)} more.")


def _source(visit: Visit) -> str:
    try:
        return resolved(visit.wish)
    except Failed as problem:
        why = "There is no token of your own here: neither a GitHub Actions job nor FEDBRIDGE_SUBJECT_TOKEN."
        raise Settled(not_checked(why, "Name one: --source file:PATH.")) from problem


def _called(source: str) -> str:
    kind, _, place = source.partition(":")
    named = {"file": f"the file {place}", "env": f"the variable {place}", "-": "stdin"}
    return shown(named.get(kind, {"github": "GitHub Actions", "device": "a browser"}.get(kind, source)))


def _wrong(header: Members, claims: Members, now: float) -> Iterator[Verdict]:
    if header.get("alg") in _UNSIGNED:
        yield failed(f"Its algorithm is {shown(header['alg'])}, which proves nothing.", "Take a token by a key pair.")
    ends, begins = seconds(claims, "exp"), max(seconds(claims, "nbf") or 0, seconds(claims, "iat") or 0)
    if ends is None:
        yield failed("It does not say until when it is good (exp).", "Have its issuer say it.")
    elif ends < now - SKEW:
        yield failed(f"It has expired {lasting(now - ends)} ago.", _FRESH)
    if begins > now + SKEW:
        yield failed(f"It is not good yet, but in {lasting(begins - now)}.", "Check this machine's clock.")


def _doubtful(claims: Members, bridge: str) -> Iterator[Verdict]:
    if bridge not in texts(claims.get("aud")):
        yield warning(
            f"It is by {shown(claims.get('iss'))} and for {shown(claims.get('aud'))}, not {bridge}.",
            "Have it made for this bridge, unless the bridge's Issuer document names that under audiences.",
        )
