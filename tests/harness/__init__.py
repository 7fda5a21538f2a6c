"""What system tests stand on: throw-away hosts, clients, load, images.

Tests use the fixtures of `conftest.py`; see `tests/README.md`.
"""
