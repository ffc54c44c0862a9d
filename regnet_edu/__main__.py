"""`python -m regnet_edu` is `regnet-edu`, also where the command is not on the path."""

import sys

from .cli.parser import main

sys.exit(main())
