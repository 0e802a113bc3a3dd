"""The same layer on the same architecture in another tool, where that is installed."""
