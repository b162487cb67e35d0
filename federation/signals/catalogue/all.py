"""The list of them."""

from federation.signals.catalogue.awakened import SIGNAL as AWAKENED
from federation.signals.catalogue.claims_drift import SIGNAL as CLAIMS_DRIFT
from federation.signals.catalogue.crowd import SIGNAL as CROWD
from federation.signals.catalogue.first_seen import SIGNAL as FIRST_SEEN
from federation.signals.catalogue.first_use import SIGNAL as FIRST_USE
from federation.signals.catalogue.jumps import BAD_SIGNATURE_JUMP, NO_MAPPING_JUMP
from federation.signals.catalogue.probing import SIGNAL as PROBING
from federation.signals.catalogue.strangers import SIGNAL as STRANGERS
from federation.signals.catalogue.surge import SIGNAL as SURGE
from federation.signals.signal import Definition

SIGNALS: tuple[Definition, ...] = (
    *(SURGE, FIRST_SEEN, PROBING, CROWD, STRANGERS, FIRST_USE, AWAKENED),
    *(CLAIMS_DRIFT, NO_MAPPING_JUMP, BAD_SIGNATURE_JUMP),
)
