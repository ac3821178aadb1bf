"""`python -m xlcf_cli` is `xlcf`."""

from xlcf_cli.main import main

main()
