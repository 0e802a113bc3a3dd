"""Settings of every test: hypothesis tries the same examples on every run."""

from hypothesis import settings

settings.register_profile("octant", derandomize=True, deadline=None, database=None)
settings.load_profile("octant")
