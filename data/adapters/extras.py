"""What is said where a framework is missing, or is not the one that an adapter knows."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

from ..errors import VedetteError


class NotInstalled(VedetteError, ImportError):
    """A package is missing that only some people need."""

    exit_code = 2


@contextmanager
def needed(package: str, extra: str) -> Iterator[None]:
    """Around the imports of `package`; raises NotInstalled with the extra that brings it."""
    try:
        import_module(package)
        yield
    except ImportError as error:
        is_its_own = (error.name or package).partition(".")[0] == package
        if isinstance(error, ModuleNotFoundError) and not is_its_own:
            # Something it stands on is missing: that has a name of its own.
            raise
        is_missing = isinstance(error, ModuleNotFoundError) and error.name == package
        what = "is not installed" if is_missing else f"is not a version Vedette knows: {error}"
        raise NotInstalled(
            f"{package} {what}", f"pip install 'vedette[{extra}]'", kind="not_installed"
        ) from error
