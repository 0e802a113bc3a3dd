"""Results as text for a terminal: pure functions from nouns to pages."""

from octant.report.accuracy import accuracy_page, sweep_page
from octant.report.audit import audit_page
from octant.report.breadth import flexibility_page, scalability_page
from octant.report.catalog import catalog_page
from octant.report.chip import chip_page
from octant.report.comparison import comparison_sheet
from octant.report.components import component_page, components_page, price_page
from octant.report.eyexam import eyexam_page, slope_page
from octant.report.judgement import judgement_page
from octant.report.layers import layers_page
from octant.report.mappings import mappings_page
from octant.report.network import network_page
from octant.report.records import chips_page, record_page, references_page
from octant.report.sheet import sheet
from octant.report.survey import write_survey
from octant.report.tradeoff import write_tradeoff

__all__ = [
    "accuracy_page",
    "audit_page",
    "catalog_page",
    "chip_page",
    "chips_page",
    "comparison_sheet",
    "component_page",
    "components_page",
    "eyexam_page",
    "flexibility_page",
    "judgement_page",
    "layers_page",
    "mappings_page",
    "network_page",
    "price_page",
    "record_page",
    "references_page",
    "scalability_page",
    "sheet",
    "slope_page",
    "sweep_page",
    "write_survey",
    "write_tradeoff",
]
