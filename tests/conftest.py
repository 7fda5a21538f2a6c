"""The fixtures of the system tests: see `README.md` here."""

import contextlib
import os

import pytest

from harness import machine
from harness.host import Host
from images import build

_hosts = []


@contextlib.contextmanager
def _host(alone=False):
    if os.geteuid() != 0:
        raise pytest.UsageError("test hosts are network namespaces: run the tests as root")
    with machine.turn(alone):
        host = Host()
        _hosts.append(host)
        try:
            yield host
        finally:
            _hosts.remove(host)
            host.close()


@pytest.fixture
def host(request):
    """A fresh test host, on which nothing was started."""
    with _host(alone=request.node.get_closest_marker("alone") is not None) as host:
        yield host


@pytest.fixture
def running(host):
    """A fresh test host with Longshore up."""
    host.up()
    return host


@pytest.fixture(scope="module")
def shared():
    """One host with Longshore up for all tests of a file, which keep to names of their own."""
    with _host() as host:
        host.up()
        yield host


@pytest.fixture(scope="session")
def images():
    """The test images as archives, by name and tag: `images["web:1"]`."""
    return build.all_images()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Adds what the hosts logged to the report of a test that failed."""
    outcome = yield
    report = outcome.get_result()
    if call.excinfo is not None:
        for host in _hosts:
            report.sections.append((f"logs of {host.name}", host.report()))
