"""In: paths of files and folders; out: the files to be read, and what is there but cannot be a source."""

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import SourceError
from pipeline.ingest.source import README_NAMES, relative_name

_KINDS = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


@dataclass(frozen=True, slots=True)
class Found:
    """A file below a root; `obstacle` says, as a sentence, why it is none to read, "" where it is one."""

    path: Path
    root: Path
    obstacle: str = ""


def list_sources(paths: Sequence[Path], *, follow_links: bool = False) -> list[tuple[Path, Path]]:
    """Return (file, root) for every source below `paths`, each file once, in sorted order.

    Raises `SourceError` for a path that is missing. See `find_sources`.
    """
    return [(found.path, found.root) for found in find_sources(paths, follow_links=follow_links) if not found.obstacle]


def find_sources(paths: Sequence[Path], *, follow_links: bool = False) -> list[Found]:
    """Return every source below `paths`, each file once, in sorted order, and what is no file with the reason.

    Folders are walked into; hidden files and project read-mes in them are left out (a file named itself is always
    taken). A link is followed once, and one that leads out of its folder only with `follow_links`. Raises `SourceError`
    for a path that is missing.
    """
    found: dict[Path, Found] = {}
    for given in paths:
        path = Path(given)
        try:
            mode = path.stat().st_mode
        except OSError as error:
            if _is_link(path):
                found.setdefault(path.absolute(), _nowhere(path, path.parent, error))
                continue
            if error.errno in (errno.ENOENT, errno.ENOTDIR):
                raise SourceError(f"{path} does not exist; check the path.") from None
            raise SourceError(f"{path} cannot be looked at ({error.strerror}); check the path.") from None
        except ValueError as error:
            raise SourceError(f"{str(path)!r} is no path ({error}); check it.") from None
        if stat.S_ISDIR(mode):
            for item in _walk(path, follow_links=follow_links):
                found.setdefault(item.path.absolute() if item.obstacle else item.path.resolve(), item)
        else:
            found.setdefault(path.resolve(), _file(path, path.parent, mode))
    return list(found.values())


def _is_link(path: Path) -> bool:
    try:
        return path.is_symlink()
    except OSError:  # its name is too long, for example
        return False


def _walk(root: Path, *, follow_links: bool) -> Iterator[Found]:
    home = root.resolve()
    seen = {home}
    waiting = [_entries(root, root)]
    while waiting:
        path = next(waiting[-1], None)
        if path is None:
            waiting.pop()
            continue
        if isinstance(path, Found):
            yield path
            continue
        try:
            mode = path.stat().st_mode
        except OSError as error:
            yield _nowhere(path, root, error)
            continue
        real = path.resolve()
        if path.is_symlink() and not follow_links and not real.is_relative_to(home):
            name = relative_name(path, root)
            reason = f"{name} is a link that leads out of the folder; give what it leads to, or set follow_links."
            yield Found(path, root, reason)
        elif not stat.S_ISDIR(mode):
            if not README_NAMES.fullmatch(path.name):
                yield _file(path, root, mode)
        elif real not in seen:
            seen.add(real)
            waiting.append(_entries(path, root))


def _entries(folder: Path, root: Path) -> Iterator[Path | Found]:
    try:
        names = sorted(entry.name for entry in os.scandir(folder))
    except OSError as error:
        name = relative_name(folder, root)
        yield Found(folder, root, f"{name} cannot be listed ({error.strerror}); check its permissions.")
        return
    yield from (folder / name for name in names if not name.startswith("."))


def _file(path: Path, root: Path, mode: int) -> Found:
    kind = stat.S_IFMT(mode)
    if kind == stat.S_IFREG:
        return Found(path, root)
    name = relative_name(path, root)
    return Found(path, root, f"{name} is {_KINDS.get(kind, 'no file')}; give files, or take it away.")


def _nowhere(path: Path, root: Path, error: OSError) -> Found:
    what = "cannot be looked at" if error.errno == errno.ENAMETOOLONG else "is a link that leads nowhere"
    name = relative_name(path, root)
    return Found(path, root, f"{name} {what} ({error.strerror}); mend it or take it away.")
