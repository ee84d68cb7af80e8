"""Makes one HTML of index.html and what it names, and of that a C++ array.

    inline_page.py INDEX OUTPUT.cc

Prints nothing. The Content-Security-Policy allows what was inlined, by its hash, and
nothing else.
"""

import base64
import hashlib
import re
import sys
from pathlib import Path

STYLE = re.compile(r'<link rel="stylesheet" href="([^"]+)">')
SCRIPT = re.compile(r'<script src="([^"]+)"></script>\n?')


def source(text):
    """The page's text as a CSP source."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def inlined(index):
    """The whole page, and its policy."""
    page = index.read_text(encoding="utf-8")
    style = "".join(read(index, name, "</style") for name in STYLE.findall(page))
    # One script: its classes share a scope, as they do where each has its own element.
    names = SCRIPT.findall(page)
    script = '"use strict";\n' + "".join(read(index, name, "</script") for name in names)
    page = STYLE.sub(lambda _: f"<style>{style}</style>", page, count=1)
    last = len(names)
    page = SCRIPT.sub("", page, count=last - 1)
    page = SCRIPT.sub(lambda _: f"<script>{script}</script>\n", page)
    policy = "; ".join(
        [
            "default-src 'none'",
            f"script-src {source(script)}",
            f"style-src {source(style)}",
            "connect-src 'self'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        ]
    )
    return page, policy


def read(index, name, end):
    """A file that index.html names, which must not end the element that it is put into."""
    text = (index.parent / name).read_text(encoding="utf-8")
    for forbidden in (end, "<!--"):
        if forbidden in text.lower():
            sys.exit(f"{name}: {forbidden!r} would end or change the element that it is inlined in")
    return text


def array(data):
    lines = [",".join(str(byte) for byte in data[i : i + 32]) for i in range(0, len(data), 32)]
    return ",\n    ".join(lines)


def main(index, output):
    page, policy = inlined(Path(index))
    data = page.encode()
    tag = hashlib.sha256(data).hexdigest()[:32]
    Path(output).write_text(
        f"""// Made by web/inline_page.py of web/index.html.
#include "web/page_data.h"

namespace gpuscaler::web {{
namespace {{

constexpr unsigned char kHtml[] = {{
    {array(data)}}};

}}  // namespace

std::string_view PageHtml() {{
  return {{reinterpret_cast<const char*>(kHtml), sizeof(kHtml)}};
}}

std::string_view PagePolicy() {{
  return "{policy}";
}}

std::string_view PageTag() {{
  return "\\"{tag}\\"";
}}

}}  // namespace gpuscaler::web
""",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
