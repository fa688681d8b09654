"""A proxy that loses replies: what was asked is done, and the connection is cut before the answer is back (P2c)."""

import http.client
import http.server
import socket
import struct
import threading
from random import Random
from types import TracebackType
from typing import Self

from tests.responses.killable import Browser

CUT = "X-Cut"
"""The header by which a browser of these tests says how its reply is lost; the service never sees it."""
NOTHING, HALF_A_HEAD, HALF_A_PAGE, RESET = "nothing", "half a head", "half a page", "reset"
WAYS = (NOTHING, HALF_A_HEAD, HALF_A_PAGE, RESET)


class Proxy:
    """Passes requests on to a port of this machine, and their replies back unless they are to be lost."""

    def __init__(self, port: int) -> None:
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                proxy.pass_on(self)

            def do_POST(self) -> None:
                proxy.pass_on(self)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
                pass

        self.upstream = port
        self.cuts = 0
        self.lock = threading.Lock()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port: int = self.server.server_address[1]

    def pass_on(self, asked: http.server.BaseHTTPRequestHandler) -> None:
        """Have the service do what was asked, wholly; then answer, or cut."""
        body = asked.rfile.read(int(asked.headers.get("Content-Length", 0)))
        headers = {name: value for name, value in asked.headers.items() if name != CUT}
        service = http.client.HTTPConnection("127.0.0.1", self.upstream, timeout=60)
        service.request(asked.command, asked.path, body or None, headers)
        reply = service.getresponse()
        page = reply.read()  # it is all here: what was asked is done
        service.close()
        kept = [(name, value) for name, value in reply.getheaders() if name not in ("Connection", "Transfer-Encoding")]
        head = f"HTTP/1.1 {reply.status} {reply.reason}\r\n" + "".join(f"{name}: {value}\r\n" for name, value in kept)
        if way := asked.headers.get(CUT):
            with self.lock:
                self.cuts += 1
            asked.close_connection = True
            if way == HALF_A_PAGE and page:
                asked.wfile.write(head.encode() + b"\r\n" + page[:-1])
            elif way in (HALF_A_HEAD, HALF_A_PAGE):
                asked.wfile.write(head.encode()[:9])
            elif way == RESET:
                asked.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return
        asked.wfile.write(head.encode() + b"\r\n" + page)

    def __enter__(self) -> Self:
        """Begin to pass on."""
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End it."""
        self.server.shutdown()
        self.server.server_close()


class UnluckyBrowser(Browser):
    """A browser behind the proxy: each form that it sends may be lost a few times first, and is sent again."""

    def __init__(self, proxy: Proxy, chance: Random) -> None:
        self.chance = chance
        self.cut = ""
        self.port = proxy.port
        self.cookie = ""
        self.connection = self._connect()

    def headers(self) -> dict[str, str]:
        """What it sends along."""
        return super().headers() | ({CUT: self.cut} if self.cut else {})

    def post(self, path: str, data: dict[str, str]) -> tuple[int, str, str]:
        """Send a form, in three of ten cases after its reply was lost."""
        if self.chance.random() < 0.3:
            self.lose(path, data)
        return super().post(path, data)

    def lose(self, path: str, data: dict[str, str]) -> None:
        """Send a form, and see the connection end before the whole answer is there."""
        self.cut = self.chance.choice(WAYS)
        try:
            status, page, _ = super().post(path, data)
        except (OSError, http.client.HTTPException):
            return
        finally:
            self.cut = ""
            self.renew()
        raise AssertionError(f"the reply came through: {status}, {len(page)} characters")
