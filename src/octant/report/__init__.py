"""Results as text for a terminal: pure functions from nouns to pages."""

from octant.report.catalog import catalog_page
from octant.report.chip import chip_page
from octant.report.layers import layers_page
from octant.report.mappings import mappings_page
from octant.report.network import network_page
from octant.report.sheet import sheet

__all__ = [
    "catalog_page",
    "chip_page",
    "layers_page",
    "mappings_page",
    "network_page",
    "sheet",
]
