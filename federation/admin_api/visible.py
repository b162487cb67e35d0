"""What an admin may see of the trust table."""

from collections.abc import Mapping

from msgspec import Struct

from federation.admin_api.guard import Admin
from federation.admin_api.refusals import AdminRefusal, not_found
from federation.documents.rights import Rights, Surroundings, tenant_of
from federation.model.confirmation import as_written
from federation.model.documents import StoredDocument
from federation.model.history import Change, PastVersion
from federation.model.json import Json, JsonObject
from federation.model.nearest import nearest
from federation.model.trust import DocumentRef, Kind
from federation.ports import DocumentPages, History, TrustWriter

MAX_PAGES = 5
"""Pages of the table that one page of a list may take: a tenant's documents lie among everybody's."""
MAX_NAMES = 500
"""Documents among which one is looked for, at once: about one read of the table."""


class Wanted(Struct, frozen=True):
    """Which documents of a list; empty: all."""

    tenant: str = ""
    """Whose they are: of a Mapping, whose its Issuer is."""
    text: str = ""
    """What they say somewhere, in any case of its letters."""

    def __bool__(self) -> bool:
        return bool(self.tenant or self.text)

    def fits(self, kind: Kind, body: JsonObject, around: Surroundings) -> bool:
        """Whether the document is one of them."""
        if self.tenant and tenant_of(kind, body, around) != self.tenant:
            return False
        return not self.text or _says(as_written(body), self.text.casefold())


def _says(value: Json, text: str) -> bool:
    if isinstance(value, Mapping):
        return any(text in str(name).casefold() or _says(one, text) for name, one in value.items())
    if isinstance(value, list | tuple):
        return any(_says(one, text) for one in value)
    return isinstance(value, str) and text in value.casefold()


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

    def search(
        self, wanted: Wanted, admin: Admin, kind: Kind, after: str | None, limit: int
    ) -> tuple[list[StoredDocument], str | None]:
        """The same of those that are wanted; there may be few, or none, although more follow."""
        rights, around, found = self._rights(admin), self._around(), list[StoredDocument]()
        for _ in range(MAX_PAGES):
            page = self.pages.page(kind, after, MAX_NAMES)
            for one in page:
                if rights.sees(kind, one.body, around) and wanted.fits(kind, one.body, around):
                    found.append(one)
                    if len(found) == limit:
                        return found, one.id
            if len(page) < MAX_NAMES:
                return found, None
            after = page[-1].id
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
        written = [one.change for one in versions if one.body is not None]
        return all(self._was_there(issuer, change) for issuer in issuers if issuer is not None for change in written)

    def _was_there(self, issuer: StoredDocument, change: Change) -> bool:
        """Whether that Issuer was created before the change, as often as one of its name may have been deleted.

        Times are told to the second: within one, an Issuer of its id's second life was there for its own request alone.
        """
        first = self.past.history(DocumentRef(issuer.kind, issuer.id), issuer.since + 1, 1)
        begun = first[0].change if first else None
        if begun is None or begun.when < change.when:
            return True
        return begun.when == change.when and (issuer.since == 1 or begun.request == change.request)

    def _rights(self, admin: Admin) -> Rights:
        return Rights(admin.tenant, admin.scopes)

    def _around(self) -> Surroundings:
        return Surroundings(self.pages, self.writer)
