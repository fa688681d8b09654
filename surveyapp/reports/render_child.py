"""The process that lays out one PDF: an order on standard input, the PDF on standard output.

It is started by ``render.make_pdf`` as a file of its own, so that it loads nothing of the application: no settings, no
database. Before it reads a word of the order it gives up the network, and the only files it opens for the sake of the
page are the assets named here.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import sys
from pathlib import Path
from typing import Any, NoReturn

OUT_OF_MEMORY = 3  # as render.OUT_OF_MEMORY
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
NOT_FOR_A_REPORT = frozenset(
    {"os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.system", "subprocess.Popen"}
)
LARGEST_FILE = 64_000_000  # bytes: a font, unpacked

ROOT = Path(__file__).parents[2]
ASSETS = {
    "asset:report.css": (ROOT / "templates" / "report" / "report.css", "text/css"),
    "asset:mark.svg": (ROOT / "templates" / "report" / "mark.svg", "image/svg+xml"),
    "asset:inter.woff2": (ROOT / "surveyapp" / "static" / "fonts" / "inter-latin-wght-normal.woff2", "font/woff2"),
    "asset:source-serif-4.woff2": (
        ROOT / "surveyapp" / "static" / "fonts" / "source-serif-4-latin-wght-normal.woff2",
        "font/woff2",
    ),
}


def leave_the_network() -> bool:
    """Move into a network of this process's own, without routes; False where the kernel does not allow it."""
    try:
        return bool(ctypes.CDLL(None).unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0)
    except (AttributeError, OSError):
        return False


def refuse(event: str, arguments: tuple[Any, ...]) -> None:
    """Refuse sockets and other programs: an audit hook, which nothing can take back."""
    if event.startswith("socket.") or event in NOT_FOR_A_REPORT:
        raise PermissionError(f"{event} is not for a report")


def limit(seconds: int, memory_mb: int) -> None:
    """Bound what this process may use."""
    memory = memory_mb * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def layout(page: str, identifier: str) -> bytes:
    """Lay the page out as a tagged PDF."""
    import weasyprint
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    refused: list[str] = []

    class AssetFetcher(URLFetcher):  # type: ignore[misc]  # WeasyPrint comes without types
        """Serves the packaged styles and fonts by name, and ends the rendering at any other address."""

        def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
            if url not in ASSETS:
                refused.append(url[:200])
                raise FatalURLFetchingError(f"A report asks for no address, but this one did: {url[:200]}")
            path, kind = ASSETS[url]
            return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": kind})

    document = weasyprint.HTML(string=page, url_fetcher=AssetFetcher(allowed_protocols=(), allow_redirects=False))
    pdf: bytes = document.write_pdf(pdf_variant="pdf/ua-1", pdf_tags=True, pdf_identifier=identifier.encode())
    if refused:  # inside a drawing WeasyPrint carries on without the picture
        raise PermissionError(f"A report asks for no address, but this one did: {refused[0]}")
    return pdf


def main() -> NoReturn:
    """Read the order, write the PDF, and end without clearing up: the parent does that."""
    leave_the_network()
    sys.addaudithook(refuse)
    order = json.load(sys.stdin.buffer)
    limit(order["seconds"], order["memory_mb"])
    try:
        pdf = layout(order["page"], order["identifier"])
    except (MemoryError, SystemError):  # some libraries forget to say that memory is what they lack
        os._exit(OUT_OF_MEMORY)
    sys.stdout.buffer.write(pdf)
    sys.stdout.buffer.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
