"""The built-in estimators, a small file a family: equation, range, sources."""
