"""A device of the demo, known by its client certificate: an authority of this run stands in for its owner's."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from msgspec.structs import replace

from federation.client.credential import write_private
from federation.documents.source import SourceDocument
from federation.local.mtls.identity import CertifiedKey

ISSUER: Final = "acme-device-certificates"
"""Id of the Issuer document in `examples/trust`."""
DEVICE: Final = "press-8"
"""Its common name, as the mapping has it."""


def vouched(sources: Iterable[SourceDocument], device: CertifiedKey) -> list[SourceDocument]:
    """The same documents; the device's authority stands in the place of its owner's."""
    return [_vouched(source, device) for source in sources]


def _vouched(source: SourceDocument, device: CertifiedKey) -> SourceDocument:
    issuer: Any = source.value
    if not isinstance(issuer, dict) or (issuer.get("kind"), issuer.get("id")) != ("Issuer", ISSUER):
        return source
    return replace(source, value={**issuer, "keys": {"certificates": [device.authority]}})


def write_device(device: CertifiedKey, folder: Path) -> None:
    """Its certificate as `press-8.crt` and its key, for its owner alone, as `press-8.key`; raises OSError."""
    (folder / f"{DEVICE}.crt").write_text(device.certificate, encoding="ascii")
    write_private(folder / f"{DEVICE}.key", device.private_key)
