"""May it: ceilings, narrowing, lifetime. The only maker of an Authorization."""
