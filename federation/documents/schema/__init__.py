"""The form of each kind of trust document (DESIGN section 4), one file per kind."""
