"""A file is written whole or not at all."""

import os
from contextlib import suppress
from pathlib import Path


def write_whole(target: Path, data: bytes) -> None:
    """Write a file by way of another beside it, so that whoever interrupts this finds the old file or the new one.

    Raises OSError as writing does: no such folder, no permission, no space.
    """
    place = target.resolve()
    if place.is_dir():
        raise IsADirectoryError(21, "是一个文件夹", str(target))
    beside = place.with_name(f".{place.name}.{os.getpid()}.part")
    try:
        with beside.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(place)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise
