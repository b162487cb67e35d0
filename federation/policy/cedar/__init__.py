"""Cedar behind the policy step: conditions, obligations and prohibitions on top of the grants (DESIGN section 4)."""

from federation.later import part_later

part_later("cedarpy.pst")  # a tree of 45 dataclasses, a sixth of a cold start: nothing here asks for it
