"""The composition roots: the only modules that name adapters. One per way in, so that no function imports another's."""
