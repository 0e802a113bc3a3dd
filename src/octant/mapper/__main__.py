"""``python -m octant.mapper`` compiles the search, so that the first one does not have to."""

from octant.mapper.preparation import prepare

prepare()
