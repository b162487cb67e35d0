"""`make scale`: what a million mappings cost, counted on MiniStack."""
