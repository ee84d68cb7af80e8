"""The image's bill of materials as SPDX 2.3 JSON: what was copied, and what is in the program."""

import datetime
import hashlib
import re
import uuid

import debian
from rootfs import Entry

NO = "NOASSERTION"


def document(entries: list[Entry], linked: list[debian.Package], distribution: dict[str, str],
             version: str, architecture: str, made_at: int, image_digest: str = "") -> dict:
    """`linked`: the packages inside the program; `distribution`: its os-release.

    `image_digest` names the image that it is about, where that is known.
    """
    copied = sorted({entry.package for entry in entries if entry.package})
    copied = [debian.package(name, architecture) for name in copied]
    files = [entry for entry in entries if entry.content is not None and _is_told(entry)]
    image = _package("image", "keda-gpu-scaler-image", version, "CONTAINER")
    program = _package("program", "keda-gpu-scaler", version, "APPLICATION")
    program["licenseDeclared"] = "Apache-2.0"
    if image_digest:
        algorithm, value = image_digest.split(":")
        image["checksums"] = [{"algorithm": algorithm.upper(), "checksumValue": value}]

    relations = [("DOCUMENT", "DESCRIBES", "image"), ("image", "CONTAINS", "program")]
    packages = [image, program]
    for package in {package.name: package for package in copied + linked}.values():
        packages.append(_debian_package(package, distribution))
    relations += [("image", "CONTAINS", _id(package.name)) for package in copied]
    relations += [("program", "STATIC_LINK", _id(package.name)) for package in linked]
    relations += [("program", "DYNAMIC_LINK", _id(package.name)) for package in copied
                  if package.name == "libc6"]
    for entry in files:
        owner = _id(entry.package) if entry.package else "program"
        relations.append((owner, "CONTAINS", _file_id(entry)))

    made = {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"keda-gpu-scaler-{version}-linux-{architecture}",
        "creationInfo": {
            "created": datetime.datetime.fromtimestamp(made_at, datetime.timezone.utc)
                               .strftime("%Y-%m-%dT%H:%M:%SZ"),
            "creators": ["Tool: keda-gpu-scaler-image"],
        },
        "packages": packages,
        "files": [_file(entry) for entry in files],
        "relationships": [
            {"spdxElementId": f"SPDXRef-{a}", "relationshipType": kind,
             "relatedSpdxElement": f"SPDXRef-{b}"}
            for a, kind, b in relations
        ],
    }
    # The same parts, the same name: what is told of them is what makes the document another one.
    name = uuid.uuid5(uuid.NAMESPACE_URL, repr(sorted(made.items(), key=lambda item: item[0])))
    made["documentNamespace"] = f"https://spdx.org/spdxdocs/{made['name']}-{name}"
    return made


def _is_told(entry: Entry) -> bool:
    """Files that run or are trusted; not records and licence texts."""
    return bool(entry.package) or entry.path == "keda-gpu-scaler"


def _package(name: str, title: str, version: str, purpose: str) -> dict:
    return {
        "SPDXID": f"SPDXRef-{name}",
        "name": title,
        "versionInfo": version,
        "downloadLocation": NO,
        "filesAnalyzed": False,
        "primaryPackagePurpose": purpose,
        "licenseConcluded": NO,
        "licenseDeclared": NO,
        "copyrightText": NO,
    }


def _debian_package(package: debian.Package, distribution: dict[str, str]) -> dict:
    told = _package(_id(package.name), package.name, package.version, "LIBRARY")
    named, as_debian_has_it = package.license()
    if named:
        told["licenseDeclared"] = named
    elif as_debian_has_it:
        told["licenseComments"] = f"Debian's copyright file: {as_debian_has_it}"
    told["supplier"] = f"Organization: {_contact(package.maintainer)}"
    if package.homepage:
        told["homepage"] = package.homepage
    told["sourceInfo"] = f"built from {package.source} {package.source_version}"
    system = distribution["ID"]
    told["externalRefs"] = [{
        "referenceCategory": "PACKAGE-MANAGER",
        "referenceType": "purl",
        "referenceLocator": f"pkg:deb/{system}/{_quoted(package.name)}@{_quoted(package.version)}"
                            f"?arch={package.architecture}&upstream={_quoted(package.source)}"
                            f"&distro={system}-{distribution['VERSION_ID']}",
    }]
    return told


def _file(entry: Entry) -> dict:
    return {
        "SPDXID": f"SPDXRef-{_file_id(entry)}",
        "fileName": f"./{entry.path}",
        "checksums": [
            {"algorithm": name.upper(),
             "checksumValue": hashlib.new(name, entry.content).hexdigest()}
            for name in ("sha1", "sha256")
        ],
        "licenseConcluded": NO,
        "licenseInfoInFiles": [NO],
        "copyrightText": NO,
    }


def _id(package: str) -> str:
    return "deb-" + re.sub(r"[^A-Za-z0-9.]", lambda match: f"-{ord(match.group()):x}-", package)


def _file_id(entry: Entry) -> str:
    return "file-" + hashlib.sha256(entry.path.encode()).hexdigest()[:16]


def _contact(maintainer: str) -> str:
    return re.sub(r"\s*<(.*)>$", r" (\1)", maintainer)


def _quoted(part: str) -> str:
    return re.sub(r"[^A-Za-z0-9.~_-]", lambda match: f"%{ord(match.group()):02X}", part)
