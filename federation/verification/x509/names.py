"""Name constraints for subjects: form directoryName (RFC 5280 sections 4.2.1.10, 6.1.3 b and c).

A device's identity and a client's registered name are read from the subject, and the library holds only alternative
names to constraints; it refuses those of form directoryName.
"""

import unicodedata
from collections.abc import Iterable, Sequence

from cryptography import x509

from federation.verification.x509.certificates import refused
from federation.verification.x509.extensions import extension

_DELETED = frozenset({"Cc", "Cf"})
"""Categories of characters that a comparison does not see (RFC 4518 section 2.2)."""


def check_directory_names(chain: Sequence[x509.Certificate]) -> None:
    """Raises InvalidRequest where an authority may not vouch for a name. `chain`: the leaf first, the anchor last."""
    for position, certificate in enumerate(chain):
        if position and certificate.subject == certificate.issuer:
            continue  # self-issued, and not the end of the path
        for authority in chain[position + 1 :]:
            constraints = extension(authority, x509.NameConstraints)
            if constraints is not None and not _is_permitted(certificate.subject, constraints):
                raise refused("a name constraint of an authority does not permit its subject")


def _is_permitted(name: x509.Name, constraints: x509.NameConstraints) -> bool:
    """An empty subject names nobody, so nothing is asked of it."""
    if not name.rdns:
        return True
    permitted, excluded = _bases(constraints.permitted_subtrees), _bases(constraints.excluded_subtrees)
    if any(_is_below(name, base) for base in excluded):
        return False
    return not permitted or any(_is_below(name, base) for base in permitted)


def _bases(subtrees: Iterable[x509.GeneralName] | None) -> list[x509.Name]:
    return [base.value for base in subtrees or () if isinstance(base, x509.DirectoryName)]


def _is_below(name: x509.Name, base: x509.Name) -> bool:
    """Whether the name begins with every relative name of the base; an empty base has everything below it."""
    wanted = [_comparable(rdn) for rdn in base.rdns]
    return [_comparable(rdn) for rdn in name.rdns[: len(wanted)]] == wanted


def _comparable(rdn: x509.RelativeDistinguishedName) -> frozenset[tuple[str, str | bytes]]:
    return frozenset((attribute.oid.dotted_string, _prepared(attribute.value)) for attribute in rdn)


def _prepared(value: str | bytes) -> str | bytes:
    """Compared without case and without extra spaces, whatever the encoding (RFC 5280 section 7.1)."""
    if isinstance(value, bytes):
        return value
    seen = "".join(character for character in value if character.isspace() or not _is_deleted(character))
    return " ".join(unicodedata.normalize("NFKC", seen).casefold().split())


def _is_deleted(character: str) -> bool:
    return unicodedata.category(character) in _DELETED
