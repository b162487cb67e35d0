"""One file per kind of identity provider, found by being here: the file's name is the name in `provider:`."""

import importlib
import pkgutil
from functools import cache

from federation.verification.provider import Provider


@cache
def provider_names() -> tuple[str, ...]:
    """Every provider that this version knows, sorted."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


@cache
def provider_named(name: str) -> Provider:
    """The provider of that name; raises KeyError for a stranger. Only the asked-for file is imported."""
    if name not in provider_names():
        raise KeyError(name)
    provider = importlib.import_module(f"{__name__}.{name}").PROVIDER
    if not isinstance(provider, Provider) or provider.name != name:
        raise TypeError(f"the provider file {name} does not export the provider {name}")
    return provider
