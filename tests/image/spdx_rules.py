"""What SPDX 2.3 demands of a JSON document, as far as ours goes: the complaints about one."""

import re

LICENSES = {"Apache-2.0", "BSD-3-Clause", "BSL-1.0", "MIT", "Zlib", "NOASSERTION", "NONE"}
RELATIONSHIPS = {"DESCRIBES", "CONTAINS", "STATIC_LINK", "DYNAMIC_LINK"}
PURPOSES = {"APPLICATION", "CONTAINER", "LIBRARY"}
ID = re.compile(r"SPDXRef-[A-Za-z0-9.-]+")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
AGENT = re.compile(r"(NOASSERTION|(Organization|Person): \S.*)")
CHECKSUM = {"SHA1": 40, "SHA256": 64}


def complaints(document: dict) -> list[str]:
    found = []

    def demand(holds: bool, what: str) -> None:
        if not holds:
            found.append(what)

    demand(document.get("spdxVersion") == "SPDX-2.3", "spdxVersion is SPDX-2.3")
    demand(document.get("dataLicense") == "CC0-1.0", "dataLicense is CC0-1.0")
    demand(document.get("SPDXID") == "SPDXRef-DOCUMENT", "the document's SPDXID")
    demand(bool(document.get("name")), "name")
    demand(bool(re.fullmatch(r"[a-z]+://[^\s#]+", document.get("documentNamespace", ""))),
           "documentNamespace is a URI without #")
    creation = document.get("creationInfo", {})
    demand(bool(TIME.fullmatch(creation.get("created", ""))), "created is a time in UTC")
    demand(bool(creation.get("creators")), "creators")
    for creator in creation.get("creators", []):
        demand(bool(re.fullmatch(r"(Tool|Organization|Person): \S.*", creator)), creator)

    elements = document.get("packages", []) + document.get("files", [])
    ids = [element.get("SPDXID", "") for element in elements]
    for name in ids:
        demand(bool(ID.fullmatch(name)), f"{name} is an SPDXID")
    demand(len(set(ids)) == len(ids), "each SPDXID once")
    for element in elements:
        name = element.get("name") or element.get("fileName") or "an element without name"
        demand("copyrightText" in element, f"{name}: copyrightText")
        for field in ("licenseConcluded", "licenseDeclared"):
            demand(element.get(field, "NOASSERTION") in LICENSES, f"{name}: {field}")
        for checksum in element.get("checksums", []):
            length = CHECKSUM.get(checksum["algorithm"])
            demand(bool(length) and bool(re.fullmatch(f"[0-9a-f]{{{length}}}",
                                                      checksum["checksumValue"])),
                   f"{name}: {checksum}")
    for package in document.get("packages", []):
        name = package.get("name")
        demand(bool(package.get("downloadLocation")), f"{name}: downloadLocation")
        demand(package.get("filesAnalyzed") is False, f"{name}: filesAnalyzed")
        demand(package.get("primaryPackagePurpose") in PURPOSES, f"{name}: purpose")
        demand(bool(AGENT.fullmatch(package.get("supplier", "NOASSERTION"))), f"{name}: supplier")
        for reference in package.get("externalRefs", []):
            demand(reference["referenceCategory"] == "PACKAGE-MANAGER", f"{name}: category")
            demand(bool(re.fullmatch(r"pkg:deb/[a-z]+/[^/\s:]+@[^/\s:]+\?\S+",
                                     reference["referenceLocator"])), f"{name}: purl")
    for file in document.get("files", []):
        demand(file.get("fileName", "").startswith("./"), f"{file}: fileName")
        demand("SHA1" in {sum_["algorithm"] for sum_ in file.get("checksums", [])},
               f"{file.get('fileName')}: SHA1")
    for relation in document.get("relationships", []):
        demand(relation["relationshipType"] in RELATIONSHIPS, f"{relation}: type")
        for end in (relation["spdxElementId"], relation["relatedSpdxElement"]):
            demand(end in [*ids, "SPDXRef-DOCUMENT"], f"{end} is an element")
    reached = {relation["relatedSpdxElement"] for relation in document.get("relationships", [])}
    for name in ids:
        demand(name in reached, f"{name} is related to something")
    return found
