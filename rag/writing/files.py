"""Files that appear as a whole or not at all."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """Yield a file beside *path* that takes its place once it is complete.

    Whatever goes wrong, what was at *path* stays as it was.

    Raises:
        OSError: the folder cannot be written to, or the disk is full.
    """
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
    descriptor, partial = tempfile.mkstemp(".partial", f".{path.name[:100]}.", path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.chmod(partial, mode)  # noqa: PTH101 - mkstemp gives a name, not a Path
        os.replace(partial, path)  # noqa: PTH105
    except BaseException:
        os.unlink(partial)  # noqa: PTH108
        raise


def _umask() -> int:
    """Return the permissions that new files do not get; reading them means setting them."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
