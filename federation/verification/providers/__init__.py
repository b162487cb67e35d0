"""One file per kind of identity provider, found by being here: the file's name, `_` as `-`, is that in `provider:`."""

import importlib
import pkgutil
from functools import cache
from types import ModuleType

from federation.verification.provider import Provider


@cache
def provider_names() -> tuple[str, ...]:
    """Every provider that this version knows, sorted."""
    return tuple(sorted(module.name.replace("_", "-") for module in pkgutil.iter_modules(__path__)))


def module_of(name: str) -> ModuleType:
    """The file of the provider of that name."""
    return importlib.import_module(f"{__name__}.{name.replace('-', '_')}")


@cache
def provider_named(name: str) -> Provider:
    """The provider of that name; raises KeyError for a stranger. Only the asked-for file is imported."""
    if name not in provider_names():
        raise KeyError(name)
    provider = module_of(name).PROVIDER
    if not isinstance(provider, Provider) or provider.name != name:
        raise TypeError(f"the provider file {name} does not export the provider {name}")
    return provider
