"""How a container of the image runs: read from the last stage of the Dockerfile, its one place."""

import json
import re
import shlex


def settings(dockerfile: str, arguments: dict[str, str]) -> dict:
    """The `config` of an OCI image; `arguments` are the Dockerfile's ARGs."""
    said = {"Env": [], "ExposedPorts": {}, "Labels": {}}
    values = {}
    for instruction, rest in _last_stage(dockerfile):
        if instruction == "ARG":
            name, _, default = rest.partition("=")
            values[name] = arguments.get(name, default.strip('"'))
            continue
        rest = re.sub(r"\$\{?(\w+)\}?", lambda match: values[match.group(1)], rest)
        if instruction == "USER":
            said["User"] = rest
        elif instruction == "ENTRYPOINT":
            said["Entrypoint"] = json.loads(rest)
        elif instruction == "ENV":
            said["Env"] += shlex.split(rest)
        elif instruction == "EXPOSE":
            said["ExposedPorts"].update({port: {} for port in rest.split()})
        elif instruction == "LABEL":
            said["Labels"].update(pair.split("=", 1) for pair in shlex.split(rest))
        elif instruction not in ("FROM", "COPY"):
            raise ValueError(f"the Dockerfile's last stage has {instruction}, which"
                             " deploy/image/settings.py does not know")
    return said


def _last_stage(dockerfile: str) -> list[tuple[str, str]]:
    text = re.sub(r"^\s*#.*\n", "", dockerfile, flags=re.M)
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    instructions = [tuple(line.split(maxsplit=1)) for line in lines if line.strip()]
    start = max(i for i, (name, _) in enumerate(instructions) if name == "FROM")
    return instructions[start:]
