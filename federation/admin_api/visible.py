"""What an admin may see of the trust table."""

from msgspec import Struct

from federation.admin_api.guard import Admin
from federation.admin_api.refusals import AdminRefusal, not_found
from federation.documents.rights import Rights, Surroundings
from federation.model.documents import StoredDocument
from federation.model.history import PastVersion
from federation.model.nearest import nearest
from federation.model.trust import DocumentRef, Kind
from federation.ports import DocumentPages, History, TrustWriter

MAX_PAGES = 5
"""Pages of the table that one page of a list may take: a tenant's documents lie among everybody's."""
MAX_NAMES = 500
"""Documents among whose names one is looked for that was probably meant: about one read of the table."""


class Visible(Struct, frozen=True):
    """Everything for a global admin, their own and what is shared for a tenant's."""

    pages: DocumentPages
    past: History
    writer: TrustWriter

    def document(self, admin: Admin, ref: DocumentRef) -> StoredDocument | None:
        """None: it is not there, or not theirs to see."""
        stored = self.writer.get(ref)
        seen = stored and self._rights(admin).sees(ref.kind, stored.body, self._around())
        return stored if seen else None

    def missing(self, admin: Admin, ref: DocumentRef) -> AdminRefusal:
        """404, with the name that was probably meant: one of those that are theirs to see, and never another."""
        seen, _ = self.page(admin, ref.kind, None, MAX_NAMES)
        return not_found(nearest(ref.id, [one.id for one in seen]))

    def page(self, admin: Admin, kind: Kind, after: str | None, limit: int) -> tuple[list[StoredDocument], str | None]:
        """At most `limit`, and behind which id to go on; None: nothing follows."""
        rights, around = self._rights(admin), self._around()
        found: list[StoredDocument] = []
        for _ in range(MAX_PAGES):
            page = self.pages.page(kind, after, limit - len(found) + 1)
            wanted = page[: limit - len(found)]
            found += [one for one in wanted if rights.sees(kind, one.body, around)]
            if len(page) == len(wanted):
                return found, None
            after = wanted[-1].id
            if len(found) == limit:
                break
        return found, after

    def history(self, admin: Admin, ref: DocumentRef, before: int | None, limit: int) -> tuple[PastVersion, ...]:
        """Empty where none is theirs to see. A deletion is, where what was deleted is."""
        versions = self.past.history(ref, before, limit)
        if admin.tenant is None:
            return versions
        rights, around = self._rights(admin), self._around()
        bodies = [one.body for one in versions if one.body is not None]
        own = bool(bodies) and all(rights.sees(ref.kind, body, around) for body in bodies)
        return versions if own and self._were_of_that_issuer(ref, versions) else ()

    def _were_of_that_issuer(self, ref: DocumentRef, versions: tuple[PastVersion, ...]) -> bool:
        """An id that was deleted is free: a mapping may have named an Issuer that was another tenant's then."""
        if ref.kind is not Kind.MAPPING:
            return True
        named = {DocumentRef(Kind.ISSUER, str(one.body["issuer"])) for one in versions if one.body is not None}
        issuers = [state.document for state in self.writer.states(named).values()]
        begun = [self._begun(issuer) for issuer in issuers if issuer is not None]
        return all(one.body is None or when <= one.change.when for one in versions for when in begun)

    def _begun(self, issuer: StoredDocument) -> str:
        """When that Issuer was created, as often as one of its name may have been deleted. RFC 3339, in UTC."""
        first = self.past.history(DocumentRef(issuer.kind, issuer.id), issuer.since + 1, 1)
        return first[0].change.when if first else ""

    def _rights(self, admin: Admin) -> Rights:
        return Rights(admin.tenant, admin.scopes)

    def _around(self) -> Surroundings:
        return Surroundings(self.pages, self.writer)
