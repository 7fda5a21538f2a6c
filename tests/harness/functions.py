"""A stand-in for the Lambda API on a test host: it says what it is told to, and remembers."""

import contextlib
import http.server
import json
import threading


class Functions:
    """Answers invocations in the order of `answers`, the last one for ever after."""

    def __init__(self, host):
        self.answers = []
        self.events = []
        self.paths = []
        self._arrived = threading.Condition()
        functions = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):  # noqa: N802, the name that the base class calls
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, answer, headers = functions.answer(self.path, json.loads(body))
                payload = json.dumps(answer).encode()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(payload)))
                self.end_headers()
                self.wfile.write(payload)

            def log_message(self, *_words):
                pass

        with host.inside():
            self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def answer(self, path, event):
        with self._arrived:
            self.paths.append(path)
            self.events.append(event)
            self._arrived.notify_all()
            given = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        status, headers = 200, {}
        if isinstance(given, tuple):
            given, headers = given
        return status, given, headers

    def wait_events(self, count, seconds=30):
        with self._arrived:
            assert self._arrived.wait_for(lambda: len(self.events) >= count, seconds), self.events
            return list(self.events)

    def close(self):
        with contextlib.suppress(OSError):
            self._server.shutdown()
            self._server.server_close()
