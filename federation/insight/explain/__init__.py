"""Why a request is allowed or refused: the decision of the token path, made on documents in memory."""
