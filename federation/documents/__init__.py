"""Trust documents as people write them: read from YAML, held against the schema of their kind, checked offline."""
