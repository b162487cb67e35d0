"""Trust documents close at hand. What is kept here may be old; the commit asks whether it is still current."""
