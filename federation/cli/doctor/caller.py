"""The caller's own token: which would be taken, and is it current. It is sent nowhere."""

from collections.abc import Iterator

from federation.cli.doctor.finding import Settled, Verdict, failed, not_checked, ok, warning
from federation.cli.doctor.shown import shown
from federation.cli.doctor.visit import Members, Visit, lasting, read_unverified, seconds, texts
from federation.cli.failure import Failed
from federation.cli.subject import resolved
from federation.client.errors import ClientError, NoIdentity
from federation.client.sources.github import TOKEN
from federation.client.sources.source import Found, Source
from federation.model.tokens import SKEW

_FRESH = "Get a fresh token from its issuer, then repeat."
_UNSIGNED = ("none", "HS256", "HS384", "HS512")
"""By which a caller proves nothing to another."""


def source(visit: Visit) -> Verdict:
    """Where `fedbridge token` and `fedbridge login` would look."""
    found = _source(visit)
    if found.name in ("github", "forgejo") and not visit.wish.surroundings.has(TOKEN):
        return failed("This job may not ask for a token.", "Give it permissions: {id-token: write}.")
    return ok(f"A token of your own would come from {_called(found)}.")


def token(visit: Visit) -> Verdict:
    """Whether the bridge could take it: that is up to its signature and to trust documents as well."""
    found = _source(visit)
    if found.name not in _AT_HAND:
        raise Settled(not_checked(f"A token from {_called(found)} is made when it is asked for."))
    try:
        header, claims = read_unverified(found.subject(visit.bridge).token)
    except ClientError as problem:
        raise Settled(failed(f"{shown(str(problem))}.", _FRESH)) from None
    for doubt in (*_wrong(header, claims, visit.now()), *_doubtful(claims, visit.bridge)):
        return doubt
    left = (seconds(claims, "exp") or 0) - visit.now()
    return ok(f"It is by {shown(claims.get('iss'))}, for this bridge, and good for {lasting(left)} more.")


_AT_HAND = frozenset({"file", "env", "given", "gitlab", "bitbucket", "terraform", "vercel", "kubernetes"})
"""Sources whose token lies there already; others have one made, or ask a person."""


def _source(visit: Visit) -> Source:
    if visit.wish.source == "device":
        raise Settled(not_checked("A token from a browser is made when it is asked for."))
    try:
        return resolved(visit.wish)
    except NoIdentity as problem:
        why = "There is no identity of your own here: neither a job's, nor a workload's, nor FEDBRIDGE_SUBJECT_TOKEN."
        raise Settled(not_checked(why, "Name one: --source file:PATH.")) from problem
    except (ClientError, Failed) as problem:
        raise Settled(failed(f"{shown(str(problem))}.", "Name one: --source file:PATH.")) from problem


def _called(source: Source) -> str:
    argument = source.argument if isinstance(source, Found) else ""
    named = {
        "file": f"the file {argument}",
        "env": f"the variable {argument or 'FEDBRIDGE_SUBJECT_TOKEN'}",
        "given": "stdin",
        "github": "GitHub Actions",
    }
    return shown(named.get(source.name, source.name))


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
