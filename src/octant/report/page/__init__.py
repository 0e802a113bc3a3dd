"""Results as a page: one HTML file that asks nothing of any network, and its figures as files."""

from octant.report.page.breadth import flexibility_section, scalability_section
from octant.report.page.card import card_sections, scorecard_page
from octant.report.page.comparison import comparison_page
from octant.report.page.exam import exam_sections
from octant.report.page.render import figures, html
from octant.report.page.sections import (
    Cell,
    Column,
    DataTable,
    Fold,
    Group,
    Page,
    Picture,
    Section,
    Tile,
)

__all__ = [
    "Cell",
    "Column",
    "DataTable",
    "Fold",
    "Group",
    "Page",
    "Picture",
    "Section",
    "Tile",
    "card_sections",
    "comparison_page",
    "exam_sections",
    "figures",
    "flexibility_section",
    "html",
    "scalability_section",
    "scorecard_page",
]
