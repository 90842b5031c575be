"""`python -m vedette.tui` is `vedette`."""

import sys

from .start import main

sys.exit(main())
