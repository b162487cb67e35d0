"""Which key the new token is bound to, and whether every key that is asked for was shown (RFC 9449, RFC 8705).

A token that is bound to a key is worth nothing without a proof of that key (RFC 7800, ATTACKS H7, I6): to ignore the
binding would turn a stolen bound token into an unbound one.
"""

from collections.abc import Iterator
from collections.abc import Mapping as ReadOnly

from federation.model.binding import Binding, ProvenKeys, kind_of
from federation.model.json import Json
from federation.model.policy import Proof
from federation.model.tokens import VerifiedToken
from federation.oauth.errors import InvalidRequest
from federation.oauth.identifiers import GrantType
from federation.oauth.reasons import Reason
from federation.policy.case import Case, Parties

_ACCEPTED: dict[str, frozenset[Proof]] = {
    "none": frozenset({"none", "dpop", "mtls"}),
    "any": frozenset({"dpop", "mtls"}),
    "dpop": frozenset({"dpop"}),
    "mtls": frozenset({"mtls"}),
}
"""What satisfies a `sender_constraint`."""


def check_presented(parties: Parties) -> None:
    """Raises InvalidRequest unless the key of every token with `cnf`, ours or foreign, was proven by this request."""
    for token in parties.tokens:
        binding = binding_of(token)
        if binding is not None and not parties.proven.proves(binding, of_subject=token is parties.subject):
            raise _required(f"a token of issuer {token.issuer.id} is bound to a key that was not proven")


def binding_of(token: VerifiedToken) -> Binding | None:
    """The key in its `cnf`; raises InvalidRequest for a confirmation method that we do not know."""
    if token.own is not None:
        return token.own.binding
    return read_cnf(token.claims["cnf"]) if "cnf" in token.claims else None


def read_cnf(cnf: Json) -> Binding:
    """Exactly one key, in a way that can be checked here; raises InvalidRequest for any other `cnf` (RFC 7800)."""
    methods = dict(cnf) if isinstance(cnf, ReadOnly) else {}
    key = methods.get("jkt", methods.get("x5t#S256"))
    if len(methods) != 1 or not isinstance(key, str) or not key:
        raise _required("cnf has no key of a kind that can be proven here")
    return Binding(jkt=key) if "jkt" in methods else Binding(x5t_s256=key)


def shown(proven: ProvenKeys) -> Proof:
    """What a policy sees of the proofs: the one that the token could be bound by."""
    if proven.dpop:
        return "dpop"
    return "mtls" if proven.certificate else "none"


def decide_binding(case: Case, required: tuple[str, ...] = (), *, proof_counted: bool = False) -> Binding | None:
    """The key of the new token, None for none; raises InvalidRequest where one is demanded that was not shown.

    `required`: by obligations. `proof_counted`: a policy looked at the proof, so the token must be bound by it. A
    certificate that was not asked for binds nothing: it may only be how a caller connects.
    """
    demands = [*_demands(case), *required]
    wanted = proof_counted or any("mtls" in _ACCEPTED[demand] for demand in demands if demand != "none")
    binding = _key(case.parties, certificate=wanted)
    kind = kind_of(binding)
    if missing := [demand for demand in demands if kind not in _ACCEPTED[demand]]:
        raise _required(f"demanded: {', '.join(missing)}; bound by: {kind}")
    return binding


def _demands(case: Case) -> Iterator[str]:
    """Every `sender_constraint` that holds here: all of them must be met."""
    yield from (target.audience.sender_constraint for target in case.targets)
    client = case.parties.client.client
    if client is not None:
        yield client.sender_constraint
        # Who proves nothing about itself, or asks for itself alone, gets no bearer token.
        if client.auth.method == "none" or case.request.grant is GrantType.CLIENT_CREDENTIALS:
            yield "any"
    if any(binding_of(token) for token in case.parties.tokens):
        yield "any"


def _key(parties: Parties, *, certificate: bool) -> Binding | None:
    proven = parties.proven
    if proven.dpop:
        return Binding(jkt=proven.dpop)
    return Binding(x5t_s256=proven.certificate) if certificate and proven.certificate else None


def _required(detail: str) -> InvalidRequest:
    return InvalidRequest(Reason.PROOF_REQUIRED, detail)
