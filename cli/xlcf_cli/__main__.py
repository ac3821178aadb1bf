"""`python -m xlcf_cli` is `xlcf`."""

import os
import sys

from xlcf_cli.main import main


def _run() -> None:
    """Run, and leave at once where torchrun started this: gloo's threads may abort a Python that shuts down."""
    try:
        main()
        code = 0
    except SystemExit as ending:
        if "TORCHELASTIC_RUN_ID" not in os.environ:
            raise
        code = ending.code if isinstance(ending.code, int) else int(ending.code is not None)
    if "TORCHELASTIC_RUN_ID" in os.environ:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


_run()
