"""Whether a cloud would take our tokens, looked at from our side: nothing is shown to the cloud."""

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from federation.cli.cloud_options import Cloud
from federation.cli.doctor.cloud_needs import NEEDS, Needs
from federation.cli.doctor.finding import Settled, Verdict, failed, not_checked, ok, resting_on, warning
from federation.cli.doctor.published import published_keys
from federation.cli.doctor.shown import shown
from federation.cli.doctor.visit import Look, Members, Visit, lasting, read_unverified, seconds, texts
from federation.cli.failure import Failed
from federation.cli.subject import source_of
from federation.client.errors import ClientError
from federation.client.exchange import Wanted, exchange
from federation.client.http import LOOPBACK
from federation.oauth.identifiers import AT_JWT, PLAIN_JWT

_AUDIENCE = "Name the Audience document that stands for this cloud: --audience."


def checks_for(cloud: Cloud) -> Mapping[str, Look]:
    """By their names, which are the same for every cloud."""
    needs = NEEDS[cloud]
    return {
        "cloud.reach": lambda visit: reach(visit, needs),
        "cloud.keys": lambda visit: keys(visit, needs),
        "cloud.token": token,
        "cloud.algorithm": lambda visit: algorithm(visit, needs),
        "cloud.typ": lambda visit: typ(visit, needs),
        "cloud.aud": lambda visit: audience(visit, needs),
        "cloud.sub": lambda visit: subject(visit, needs),
        "cloud.size": lambda visit: size(visit, needs),
        "cloud.lifetime": lambda visit: lifetime(visit, needs),
    }


def reach(visit: Visit, needs: Needs) -> Verdict:
    """Whether it can read our discovery document and keys."""
    parts = urlsplit(visit.bridge)
    if parts.scheme != "https":
        return failed(f"{needs.name} reads an issuer by https alone ({needs.document}).", "Deploy the bridge.")
    if needs.public and _is_private(parts.hostname or ""):
        told = f"{needs.name} cannot reach {shown(parts.hostname)} ({needs.document})."
        return failed(told, "Give the bridge a public name.")
    return ok(f"{needs.name} can be told of {visit.bridge}.")


def keys(visit: Visit, needs: Needs) -> Verdict:
    """Whether the next key's algorithm is taken as well."""
    with resting_on("keys.jwks"):
        published = {str(key.get("alg")) for key in published_keys(visit)}
    if strange := published - needs.algorithms:
        return failed(
            f"{needs.name} does not take {shown(', '.join(sorted(strange)))} ({needs.document}).",
            f"Deploy with a SigningAlgorithm of {', '.join(sorted(needs.algorithms & {'RS256', 'ES256', 'PS256'}))}.",
        )
    return ok(f"{needs.name} takes what our keys sign with: {', '.join(sorted(published))}.")


def token(visit: Visit) -> Verdict:
    """Whether there is a token for it at all."""
    _, claims = _token(visit)
    return ok(f"The bridge issues one for {shown(claims.get('sub'))}.")


def algorithm(visit: Visit, needs: Needs) -> Verdict:
    """Of this token."""
    header, _ = _resting(visit)
    if header.get("alg") not in needs.algorithms:
        return failed(f"{needs.name} does not take {shown(header.get('alg'))} ({needs.document}).", "See cloud.keys.")
    return ok(f"It is signed by {shown(header['alg'])}.")


def typ(visit: Visit, needs: Needs) -> Verdict:
    """RFC 9068's `at+jwt`, or the plain one."""
    header, _ = _resting(visit)
    if header.get("typ") == AT_JWT:
        return ok(f"Its typ is {AT_JWT}; should {needs.name} refuse that, let the Audience say token_typ: {PLAIN_JWT}.")
    if header.get("typ") == PLAIN_JWT:
        return ok(f"Its typ is {PLAIN_JWT}, so the bridge itself accepts it nowhere.")
    return failed(f"Its typ is {shown(header.get('typ'))}, which is none of a bridge's.", "See bridge.health.")


def audience(visit: Visit, needs: Needs) -> Verdict:
    """One, and the one that it expects."""
    _, claims = _resting(visit)
    named = texts(claims.get("aud"))
    if len(named) != 1:
        return failed(f"It is for {len(named)} audiences at once.", "Ask for one audience.")
    told = f"Its aud is {shown(named[0])}, which must be {needs.audience} ({needs.document})."
    if needs.usual_audience and named != [needs.usual_audience]:
        return warning(told, f"By default {needs.name} takes {needs.usual_audience}: say ours there, case included.")
    return ok(told)


def subject(visit: Visit, needs: Needs) -> Verdict:
    """Length and characters."""
    _, claims = _resting(visit)
    text = str(claims.get("sub", ""))
    limit = needs.subject
    if limit and not limit.least <= len(text) <= limit.most:
        told = (
            f"Its sub has {len(text)} characters; {needs.name} takes {limit.least} to {limit.most} ({limit.document})."
        )
        return failed(told, "Give the mapping a principal of such a length.")
    if not text or not text.isascii() or not text.isprintable() or " " in text:
        return failed(f"Its sub is {shown(text)}.", "Give the mapping a principal of letters, digits and ._@-/.")
    return ok(f"Its sub is {shown(text)}: say it there exactly so, case included.")


def size(visit: Visit, needs: Needs) -> Verdict:
    """Of the whole."""
    with resting_on("cloud.token"):
        text = _text(visit)
    limit = needs.token
    if limit is None:
        return ok(f"It has {len(text)} bytes; {needs.name} documents no limit.")
    if len(text) > limit.most:
        told = f"It has {len(text)} bytes; {needs.name} takes {limit.most} ({limit.document})."
        return failed(told, "Give the mapping fewer attributes.")
    return ok(f"It has {len(text)} bytes of {limit.most}.")


def lifetime(visit: Visit, needs: Needs) -> Verdict:
    """Not too long, nor too short to be used."""
    _, claims = _resting(visit)
    lives = (seconds(claims, "exp") or 0) - (seconds(claims, "iat") or 0)
    limit = needs.lifetime
    if limit and lives > limit.most:
        return failed(f"It lives for {lasting(lives)}; {needs.name} takes less ({limit.document}).", "Lower max_ttl.")
    if lives < 60:  # noqa: PLR2004 (seconds)
        return warning(f"It lives for {lives:.0f} s, which a slow network uses up.", "Raise max_ttl.")
    return ok(f"It lives for {lasting(lives)}.")


def _resting(visit: Visit) -> tuple[Members, Members]:
    with resting_on("cloud.token"):
        return _token(visit)


def _token(visit: Visit) -> tuple[Members, Members]:
    return read_unverified(_text(visit))


def _text(visit: Visit) -> str:
    """The token, exchanged once; raises Settled."""
    if "token" not in visit.kept:
        visit.kept["token"] = _exchanged(visit)
    known = visit.kept["token"]
    if isinstance(known, Verdict):
        raise Settled(known)
    return str(known)


def _exchanged(visit: Visit) -> "str | Verdict":
    if visit.audience is None:
        return not_checked("It is not clear which Audience stands for this cloud.", _AUDIENCE)
    try:
        own: Any = source_of(visit.wish).subject(visit.bridge)
        return exchange(visit.bridge, own, Wanted(visit.audience)).access_token
    except ClientError as error:
        return failed(f"There is no token: {shown(str(error).partition(';')[0])}.", error.next or "See caller.source.")
    except (Failed, OSError) as error:
        return failed(f"There is no token: {shown(str(error))}.", "See bridge.health.")


def _is_private(host: str) -> bool:
    try:
        return not ip_address(host).is_global
    except ValueError:
        return host in LOOPBACK or "." not in host
