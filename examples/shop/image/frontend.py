#!/usr/bin/python3
"""The shop's frontend: passes what customers ask to the backend."""

import os
import urllib.error
import urllib.request
from http import HTTPStatus

from serving import serve

# More than the backend waits for the database.
_ANSWER_SECONDS = 5


def answer(method, path):
    url = f"http://{os.environ['BACKEND_HOST']}:8080{path}"
    request = urllib.request.Request(url, method=method)
    try:
        with urllib.request.urlopen(request, timeout=_ANSWER_SECONDS) as answered:
            return HTTPStatus.OK, answered.read().decode()
    except urllib.error.HTTPError as error:
        return HTTPStatus(error.code), error.read().decode()
    except OSError as error:
        return HTTPStatus.BAD_GATEWAY, f"the backend is not reached: {error}\n"


if __name__ == "__main__":
    serve(answer)
