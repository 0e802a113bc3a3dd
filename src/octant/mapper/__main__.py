"""``python -m octant.mapper`` compiles the search, so that the first one does not have to."""

import sys

from octant.mapper.preparation import compile_aloud, prepare

if sys.argv[1:]:
    compile_aloud(sys.argv[1])
else:
    prepare()
