#!/usr/bin/env python3
"""Fails on any #include of another folder's header that CMake does not allow.

usage: check_layering.py TABLE SRC

TABLE has a line for each component, "name: dep;dep": the DEPS that
add_component() was given. Permission is transitive. A component's name is its
folder, so a path belongs to the component whose name is the longest part that
it begins with: "engines/exposition" may be one, and "engines" another.
"""
import pathlib
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)


def read_table(text):
    """{component: set of every component it may include, itself too}."""
    direct = {}
    for line in text.splitlines():
        name, deps = line.split(":")
        direct[name.strip()] = {d for d in deps.strip().split(";") if d}
    allowed = {}

    def close(name, path=()):
        if name in path:
            raise ValueError(f"the arrows make a circle: {' -> '.join(path + (name,))}")
        if name not in allowed:
            allowed[name] = {name}.union(*(close(d, path + (name,)) for d in direct[name]))
        return allowed[name]

    for name in direct:
        close(name)
    return allowed


def component_of(allowed, path):
    """The component to which a path under src/ belongs, or None."""
    parts = path.split("/")
    heads = ("/".join(parts[:n]) for n in range(len(parts) - 1, 0, -1))
    return next((head for head in heads if head in allowed), None)


def violations(allowed, folder, text):
    """The included paths in `text`, a file of `folder`, that are not allowed."""
    found = []
    for path in INCLUDE.findall(text):
        target = component_of(allowed, path)
        if target is not None and target not in allowed[folder]:
            found.append(path)
    return found


def main(table_path, src):
    allowed = read_table(pathlib.Path(table_path).read_text())
    src = pathlib.Path(src)
    failed = False
    count = 0
    for file in sorted(src.rglob("*")):
        if file.suffix not in (".h", ".cc"):
            continue
        count += 1
        folder = component_of(allowed, file.relative_to(src).as_posix())
        if folder is None:
            print(f"{file}: its folder is no component")
            failed = True
            continue
        for path in violations(allowed, folder, file.read_text()):
            print(f'{file}: may not include "{path}": {folder} may include '
                  f'{", ".join(sorted(allowed[folder]))}')
            failed = True
    print(f"{count} files, {len(allowed)} components")
    return 1 if failed or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
