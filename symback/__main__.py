"""Run the command line with `python -m symback`."""

from symback.cli import main

main()
