"""HTTP on port 8080, for both of the shop's programs."""

import signal
import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def serve(answer):
    """Answers with the status and text that `answer(method, path)` returns, until SIGTERM."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            status, text = (HTTPStatus.OK, "well\n")
            if self.path != "/health":
                status, text = answer(self.command, self.path)
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/plain; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    ThreadingHTTPServer(("", 8080), Handler).serve_forever()
