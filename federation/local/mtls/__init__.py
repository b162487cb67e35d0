"""The gateway over mutual TLS: the same answers, with the client's certificate in the event as API Gateway puts it."""
