"""Cedar behind the policy step: conditions, obligations and prohibitions on top of the grants (DESIGN section 4)."""
