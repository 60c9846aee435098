"""One ``.npz`` file without pickle: written whole or not at all, read whole or refused."""

import contextlib
import json
import math
import os
import threading
import zipfile
import zlib
from pathlib import Path

import numpy as np

from .reference.shapes import shown

FORMAT = "bpkit network"
UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, LookupError, AttributeError, TypeError, ValueError)
UNREADABLE += (RuntimeError, OSError)  # of an encrypted member, a header too deep, a header cut short
LARGEST_HEADER = 10**7  # bytes; a header holds names, settings and the random generator's state


def write(path, header, arrays):
    """Write `header`, which JSON must hold, and `arrays` by name; an older file stays until the new is whole.

    Raises
    ------
    OSError
        If the folder is missing or the disk is full; what was there before is then still there.
    """
    path = _expect_path(path).resolve()  # through a link, to the file that it stands for
    if path.exists() and not path.is_file():
        raise OSError(f"{path} is no file that can be written over. Take another name.")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"There is no folder {path.parent} to write {path.name} into. Make it first.")
    text = json.dumps({"format": FORMAT, "version": 1, **header}).encode()
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        with open(unfinished, "wb") as file:
            np.savez(file, allow_pickle=False, header=np.frombuffer(text, np.uint8), **arrays)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def read(path, expected):
    """Return the header and the arrays of a file that `write` made; call it inside `whole`.

    Parameters
    ----------
    path : str or path
    expected : callable
        Takes the header and returns the arrays that must be there, name → (shape, dtype).
    """
    with zipfile.ZipFile(path) as file:
        header = _read_header(file)
        wanted = expected(header)
        return header, {name: _read_array(file, name, *wanted[name]) for name in wanted}


@contextlib.contextmanager
def whole(path):
    """Turn whatever goes wrong while a file is read into one sentence that names the file.

    Raises
    ------
    ValueError
        If the file is truncated, damaged or not one of ours: nothing of it is then used.
    OSError
        If there is no such file, or it may not be read.
    """
    path = _expect_path(path)
    if not path.exists():
        raise FileNotFoundError(f"There is no file {path}.")
    if not path.is_file():
        raise OSError(f"{path} is no file.")
    try:
        yield
    except PermissionError:
        raise PermissionError(f"{path} may not be read. Ask for the permission to read it.") from None
    except UNREADABLE as problem:
        raise ValueError(
            f"{path} is damaged, or is no network that bpkit saved ({_reason(problem)}). "
            "Nothing was read from it. Save the network again, or take another file."
        ) from None


def _expect_path(path):
    named = isinstance(path, (str, os.PathLike)) and os.fspath(path)
    if not isinstance(named, str) or not named or "\0" in named:
        raise TypeError(f"path is {shown(path)}, but should be the name of a file.")
    return Path(path)


def _read_header(file):
    size = file.getinfo("header.npy").file_size
    if size > LARGEST_HEADER:
        raise ValueError(f"its header has {size} bytes")
    header = json.loads(bytes(_read_array(file, "header", (None,), np.dtype(np.uint8))))
    if not isinstance(header, dict) or header.get("format") != FORMAT or header.get("version") != 1:
        raise ValueError("its header is not that of such a network")
    return header


def _read_array(file, name, shape, dtype):
    """Read one array; its promised size is compared with the wanted one before memory is taken for it."""
    with file.open(f"{name}.npy") as stream:
        version = np.lib.format.read_magic(stream)
        if version != (1, 0):
            raise ValueError(f"its array {name} has format {version}")
        found, fortran, found_dtype = np.lib.format.read_array_header_1_0(stream)
        shape = found if shape == (None,) else tuple(shape)
        dtype = np.dtype(dtype)
        if found != shape or found_dtype != dtype or fortran:
            raise ValueError(f"its array {name} has shape {found} and dtype {found_dtype}")
        data = stream.read(math.prod(shape) * dtype.itemsize + 1)  # what is longer is refused unread
    return np.frombuffer(data, dtype).reshape(shape).copy()


def _reason(problem):
    if isinstance(problem, KeyError):
        return f"it has no {problem}"
    lines = str(problem).splitlines()
    return lines[0].rstrip(".") if lines else type(problem).__name__
