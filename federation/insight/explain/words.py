"""Each step in a sentence: taken, not taken, or refused."""

import re
from collections.abc import Callable
from collections.abc import Mapping as ReadOnly

from federation.insight.explain.decision import Trail
from federation.insight.explain.steps import Refusal
from federation.model.json import Claims
from federation.oauth.reasons import Reason
from federation.oauth.steps import Step
from federation.verification.providers import provider_named, provider_names


def words_for(step: Step, trail: Trail, *, taken: bool) -> str:
    """For people. What was refused has the refusal's own words."""
    if not taken:
        return _UNASKED.get(step, "not reached") if trail.refusal is None else "not reached"
    return _of_parties(step, trail) or _of_token(step, trail) or _ELSE.get(step, "within the ceilings")


def _of_parties(step: Step, trail: Trail) -> str | None:
    if step is Step.CLIENT:
        return f"client {trail.question.client}" if trail.question.client else "no registered client"
    if step is Step.ISSUER and trail.selected:
        return f"issuer {trail.selected.issuer.id}; signature {trail.signature or trail.selected.signature}"
    if step is Step.MAPPING and trail.mapped:
        return f"mapping {trail.mapped.mapping.id} makes it {trail.mapped.principal}"
    if step is Step.ACTOR and trail.acting:
        return f"{trail.acting.mapped.principal} acts, by mapping {trail.acting.mapped.mapping.id}"
    return None


def _of_token(step: Step, trail: Trail) -> str | None:
    terms = trail.terms
    if step is Step.POLICY:
        names = sorted({name for asked in trail.asked for name in asked.decision.determined_by})
        return f"permitted by {', '.join(names)}"
    if step is Step.SCOPES and terms:
        return " ".join(terms.scopes)
    if step is Step.LIFETIME and terms:
        return f"{terms.lifetime} seconds"
    return None


_UNASKED: dict[Step, str] = {
    Step.ISSUER: "a client asks for itself",
    Step.CLAIMS: "a client asks for itself",
    Step.MAPPING: "a client asks for itself",
    Step.ACTOR: "nobody acts",
    Step.DETAILS: "no authorization details asked for",
    Step.REVOCATIONS: "not looked at",
}
_ELSE: dict[Step, str] = {
    Step.CLAIMS: "valid now, and of the form that the provider documents",
    Step.TARGETS: "granted",
    Step.OBLIGATIONS: "met",
    Step.REVOCATIONS: "nothing that it rests on is revoked",
}


_FOR_US = re.compile(r" \(ATTACKS [^)]*\)")
"""What a docstring says to those who work on it alone."""
_SECONDS = "whole seconds since the epoch, as a number"
_FORMS: ReadOnly[str, str] = {
    "iss": "the URL of the token's issuer, as text",
    "aud": "whom the token is for, as text or as a list of texts",
    "sub": "whom the token is about, as text",
    "jti": "the token's own id, as text of 1 to 256 characters",
    **dict.fromkeys(("exp", "nbf", "iat", "auth_time"), _SECONDS),
}
"""What claims have to be that every provider writes alike (RFC 7519 section 4.1)."""


def words_of_refusal(refusal: Refusal, trail: Trail) -> str:
    """For people; the reason's advice where there is nothing more to say."""
    if refusal.reason == Reason.MALFORMED_CLAIMS.value:
        return _of_claims(refusal, trail)
    told = _BY_REASON.get(refusal.reason)
    words = told(refusal.detail) if told and refusal.detail else refusal.detail or refusal.advice
    return words.replace("the token", "the actor token", 1) if refusal.step is Step.ACTOR else words


def _of_claims(refusal: Refusal, trail: Trail) -> str:
    name = refusal.detail.removeprefix("required ").removeprefix("claim ").removesuffix(" is missing")
    if " " in name or not name:
        return f"the claims cannot be read: {name}" if name else refusal.advice
    ours, claims = _who_says(refusal, trail)
    by_table = refusal.detail.startswith(("required claim ", "claim "))
    form = _documented(name, refusal, trail) if by_table else _FORMS.get(name)
    wanted = f": it must be {form}" if form else ""
    if ours and name not in claims:
        return f"the claim {name} is missing, at the top or within another claim, or has another form than we write"
    return f"the claim {name} {'has the wrong form' if name in claims else 'is missing'}{wanted}"


def _who_says(refusal: Refusal, trail: Trail) -> tuple[bool, Claims]:
    """Whether we wrote them ourselves, and the claims that were looked at."""
    acting = refusal.step == "actor"
    selected = trail.actor_selected if acting else trail.selected
    unverified = trail.unverified_actor if acting else trail.unverified
    return (selected.ours, selected.claims) if selected else (False, unverified)


def _documented(name: str, refusal: Refusal, trail: Trail) -> str:
    """In the words of the page about the provider; empty where it has none."""
    selected = trail.actor_selected if refusal.step == "actor" else trail.selected
    if selected is None or selected.issuer.provider not in provider_names():
        return ""
    table = provider_named(selected.issuer.provider).table
    check = table.forms.get(name)
    told = " ".join((check.__doc__ or "").partition("\n\n")[0].split()) if check else ""
    plain = _FOR_US.sub("", told).removesuffix(".")
    return plain if plain[1:2].isupper() else plain[:1].lower() + plain[1:]


def _of_text(detail: str) -> str:
    """Of a text that cannot be read as a token."""
    if detail in ("alg", "kid", "typ", "jwk"):
        return f"the member {detail} of the token's header is missing or has the wrong form"
    return f"the text is no signed JWT: {detail}"


def _of_issuer(detail: str) -> str:
    return "the issuer that the token names is known, but disabled" if detail == "disabled" else detail


def _of_audience(detail: str) -> str:
    several = "aud names several parties, and any of them could present the token here: it must name one"
    return several if detail == "several audiences" else detail


_LIMITS = {"token": "16 KiB", "header": "2 KiB"}

_BY_REASON: ReadOnly[str, Callable[[str], str]] = {
    Reason.MALFORMED_TOKEN.value: _of_text,
    Reason.UNTRUSTED_ISSUER.value: _of_issuer,
    Reason.WRONG_AUDIENCE.value: _of_audience,
    Reason.AMBIGUOUS_ISSUER.value: lambda ids: f"several issuers fit the token's iss and aud: {', '.join(ids.split())}",
    Reason.TOKEN_EXPIRED.value: lambda ago: f"the token expired {ago}",
    Reason.AUTHENTICATION_TOO_OLD.value: lambda ago: f"the person signed in {ago}, longer than the issuer allows",
    Reason.TOKEN_TOO_LARGE.value: lambda what: f"the {what} is longer than {_LIMITS.get(what, 'allowed')}",
    Reason.UNSAFE_TOKEN_HEADER.value: lambda what: f"the token's header says more than it may: {what}",
}
