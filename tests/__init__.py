"""The tests, a package so that scripts and tests can share what they need."""
