"""`python -m modiste`: the same as the command `modiste`."""

import sys

from modiste.cli import main

if __name__ == "__main__":
    sys.exit(main())
