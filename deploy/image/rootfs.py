"""A root file system as a list of entries: written as a folder, or as the layer of an image."""

import dataclasses
import io
import tarfile
from pathlib import Path, PurePosixPath


@dataclasses.dataclass(frozen=True)
class Entry:
    """One file, folder or link; the path is relative to the root. Owner is root, always."""

    path: str
    mode: int
    content: bytes | None = None  # a file's
    target: str = ""  # a link's
    package: str = ""  # the Debian package that it was copied from

    @staticmethod
    def folder(path: str, mode: int = 0o755) -> "Entry":
        return Entry(path, mode)

    @staticmethod
    def file(path: str, content: bytes, mode: int = 0o644, package: str = "") -> "Entry":
        return Entry(path, mode, content=content, package=package)

    @staticmethod
    def link(path: str, target: str) -> "Entry":
        return Entry(path, 0o777, target=target)


def complete(entries: list[Entry]) -> list[Entry]:
    """The entries and the folders that they are in, sorted, each once."""
    whole = {}
    for entry in entries:
        if whole.setdefault(entry.path, entry) != entry:
            raise ValueError(f"/{entry.path} would be in the image twice, with other contents")
        for parent in PurePosixPath(entry.path).parents:
            if str(parent) != ".":
                whole.setdefault(str(parent), Entry.folder(str(parent)))
    for entry in whole.values():
        for parent in PurePosixPath(entry.path).parents:
            if str(parent) != "." and whole[str(parent)].target:
                raise ValueError(f"/{entry.path} would be behind the link /{parent}")
    return [whole[path] for path in sorted(whole)]


def write_folder(entries: list[Entry], root: Path) -> None:
    """Makes the folder `root`, which must not be there yet."""
    root.mkdir(parents=True)
    for entry in complete(entries):
        at = root / entry.path
        if entry.target:
            at.symlink_to(entry.target)
        elif entry.content is not None:
            at.write_bytes(entry.content)
            at.chmod(entry.mode)
        else:
            at.mkdir()
            at.chmod(entry.mode)


def tar(entries: list[Entry], mtime: int) -> bytes:
    """The same bytes for the same entries and `mtime`, whoever makes them."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for entry in complete(entries):
            member = tarfile.TarInfo(entry.path)
            member.mode = entry.mode
            member.mtime = mtime
            if entry.target:
                member.type = tarfile.SYMTYPE
                member.linkname = entry.target
            elif entry.content is None:
                member.type = tarfile.DIRTYPE
            else:
                member.size = len(entry.content)
            archive.addfile(member, io.BytesIO(entry.content or b""))
    return out.getvalue()
