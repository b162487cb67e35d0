"""How values are defined here: frozen `msgspec.Struct`, a fiftieth of a dataclass at import. They decode nothing."""

from typing import ClassVar


class Redacted:
    """Of a Struct: fields named in `HIDDEN` stay out of its `repr`, so that no log or traceback shows them."""

    __slots__ = ()
    HIDDEN: ClassVar[frozenset[str]] = frozenset()
    __struct_fields__: ClassVar[tuple[str, ...]]

    def __repr__(self) -> str:
        """The other fields."""
        shown = (f"{name}={getattr(self, name)!r}" for name in self.__struct_fields__ if name not in self.HIDDEN)
        return f"{type(self).__name__}({', '.join(shown)})"
