"""`python -m depok_agi` is the command."""

from depok_agi.cli import main

main()
