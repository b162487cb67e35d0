"""The protocol's vocabulary: identifiers, errors, request, response, metadata. Imports nothing of ours."""
