"""``python -m octant``: the command line, for where its script is not on the path."""

import sys

from octant.cli import main

sys.exit(main())
