"""Makes `pytest suites --endpoint NAME|URL` work; it stays out of the project's own tests."""

pytest_plugins = ["harness.plugin", "fixtures.plugin"]
