"""Is the subject token what it claims: strict JOSE front end, keys, claims, one file per provider."""
