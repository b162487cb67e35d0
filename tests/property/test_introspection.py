"""Invariants 16 and 24: what introspection says is what a plain dict of everything that happened says."""

from collections import Counter
from collections.abc import Callable
from math import inf
from typing import Any, TypeAlias

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule
from msgspec import Struct
from msgspec.structs import replace

from federation.model.authorization import Link
from federation.model.revocation import RevocationKey, RevocationTarget
from federation.model.trust import DocumentRef, Kind
from federation.revocation.revoker import RevocationRequest
from tests.support.issued_world import API, STRANGER, IssuedWorld, made_from

MAPPINGS = {"sync": "acme", "scan": "other"}
"""Each of an issuer by the name of its tenant."""
PRINCIPALS = ("partner/acme/sync", "partner/acme/scan")
TENANTS = ("acme", "other")
DOCUMENTS = st.sampled_from(
    [
        *(DocumentRef(Kind.MAPPING, mapping) for mapping in MAPPINGS),
        *(DocumentRef(Kind.ISSUER, name) for name in TENANTS),
    ]
)


class Known(Struct):
    """A token as the model has it."""

    jti: str
    principal: str
    tenant: str
    mapping: str
    txn: str
    issued_at: int
    expires_at: int
    ancestors: tuple[str, ...]
    life: int
    """How often its mapping had been written anew by then."""
    text: str = ""


Hit: TypeAlias = Callable[[Known], bool]
"""Whether a revocation is about a token."""


class Introspecting(RuleBasedStateMachine):
    issued = Bundle("issued")

    def __init__(self) -> None:
        super().__init__()
        self.world = IssuedWorld()
        self.known: list[Known] = []
        self.revoked: list[tuple[Hit, float]] = []
        """What was revoked, and for tokens issued until when."""
        self.disabled: set[DocumentRef] = set()
        self.lives: Counter[str] = Counter()
        for tenant in TENANTS:
            self._write(DocumentRef(Kind.ISSUER, tenant))
        for mapping in MAPPINGS:
            self._write(DocumentRef(Kind.MAPPING, mapping))

    @rule(
        target=issued,
        principal=st.sampled_from(PRINCIPALS),
        mapping=st.sampled_from(list(MAPPINGS)),
        opaque=st.booleans(),
        lifetime=st.integers(30, 600),
    )
    def issue(self, principal: str, mapping: str, lifetime: int, *, opaque: bool) -> Known:
        number, now = len(self.known), int(self.world.clock.now())
        expires_at, tenant, life = now + lifetime, MAPPINGS[mapping], self.lives[mapping]
        root = Known(f"t{number}", principal, tenant, mapping, f"txn-{number}", now, expires_at, (), life)
        return self._mint(root, opaque=opaque)

    @rule(target=issued, parent=issued, lifetime=st.integers(30, 600))
    def exchange(self, parent: Known, lifetime: int) -> Known:
        """Whoever exchanges is judged elsewhere: here a leaf is made of whatever there is."""
        now = int(self.world.clock.now())
        leaf = replace(
            parent,
            jti=f"t{len(self.known)}",
            issued_at=now,
            expires_at=min(now + lifetime, parent.expires_at),
            ancestors=(*parent.ancestors, parent.jti),
            life=self.lives[parent.mapping],
        )
        return self._mint(leaf, opaque=False)

    def _mint(self, known: Known, *, opaque: bool) -> Known:
        links = tuple(Link(parent, known.principal, known.mapping, known.tenant) for parent in known.ancestors)
        authorization = made_from(
            principal=known.principal,
            client_id=known.principal,
            tenant=known.tenant,
            transaction=known.txn,
            issued_at=known.issued_at,
            expires_at=known.expires_at,
        )
        version = self.world.trust.next_version(DocumentRef(Kind.MAPPING, known.mapping)) - 1
        mapping = f"{known.mapping}@{version}"
        provenance = replace(authorization.provenance, mapping=mapping, issuer=known.tenant, chain=links)
        make: Any = self.world.opaque if opaque else self.world.token
        known.text = make(replace(authorization, provenance=provenance), known.jti)
        self.known.append(known)
        return known

    @rule(token=issued)
    def revoke_a_token(self, token: Known) -> None:
        assert self.world.revoke(token.text).status == 200
        if token.expires_at > self.world.clock.now():
            self.revoked.append((lambda each: token.jti in (each.jti, *each.ancestors), inf))

    @rule(token=issued)
    def revoke_a_chain(self, token: Known) -> None:
        self._revoke(RevocationKey(RevocationTarget.TXN, token.txn), lambda each: each.txn == token.txn, inf)

    @rule(principal=st.sampled_from(PRINCIPALS), tenant=st.sampled_from((None, *TENANTS)))
    def revoke_a_principal(self, principal: str, tenant: str | None) -> None:
        def hit(each: Known) -> bool:
            return each.principal == principal and tenant in (None, each.tenant)

        self._revoke(RevocationKey(RevocationTarget.PRINCIPAL, principal, tenant), hit, self.world.clock.now())

    @rule(mapping=st.sampled_from(list(MAPPINGS)))
    def revoke_a_mapping(self, mapping: str) -> None:
        key = RevocationKey(RevocationTarget.MAPPING, mapping)
        self._revoke(key, lambda each: each.mapping == mapping, self.world.clock.now())

    @rule(ref=DOCUMENTS)
    def disable(self, ref: DocumentRef) -> None:
        self.disabled.add(ref)
        self._write(ref)

    @rule(ref=DOCUMENTS)
    def enable(self, ref: DocumentRef) -> None:
        self.disabled.discard(ref)
        self._write(ref)
        self.world.restart()  # what is remembered as disabled is believed for a while

    @rule(mapping=st.sampled_from(list(MAPPINGS)))
    def write_anew(self, mapping: str) -> None:
        ref = DocumentRef(Kind.MAPPING, mapping)
        self.world.trust.delete(ref, self.world.trust.next_version(ref) - 1)
        self.lives[mapping] += 1
        self._write(ref)

    @rule(seconds=st.integers(1, 400))
    def time_passes(self, seconds: int) -> None:
        self.world.clock.advance(seconds)

    @rule()
    def every_process_restarts(self) -> None:
        self.world.restart()

    @invariant()
    def what_is_told_is_what_happened(self) -> None:
        for known in self.known[-6:]:
            assert self.world.active(known.text, API) is self._good(known)
            assert not self.world.active(known.text, STRANGER)

    def _good(self, known: Known) -> bool:
        behind = {DocumentRef(Kind.MAPPING, known.mapping), DocumentRef(Kind.ISSUER, known.tenant)}
        trusted = not behind & self.disabled and known.life == self.lives[known.mapping]
        alive = trusted and known.expires_at > self.world.clock.now()
        return alive and not any(hit(known) and known.issued_at <= until for hit, until in self.revoked)

    def _write(self, ref: DocumentRef) -> None:
        enabled = ref not in self.disabled
        if ref.kind is Kind.ISSUER:
            self.world.write_issuer(ref.id, tenant=ref.id, enabled=enabled)
        else:
            self.world.write_mapping(ref.id, MAPPINGS[ref.id], enabled=enabled)

    def _revoke(self, key: RevocationKey, hit: Hit, until: float) -> None:
        facts = {"correlation_id": f"revocation-{len(self.world.ledger.records)}"}
        self.world.revoker.revoke(RevocationRequest(key, "admin/eve", "a test"), facts)
        self.revoked.append((hit, until))


TestIntrospecting = Introspecting.TestCase
TestIntrospecting.settings = settings(max_examples=25, stateful_step_count=15, deadline=None)
