"""The smallest edits of documents, or of the request, that would allow what is refused."""
