"""`python -m bot`: the same command where no console script is installed."""

from bot.cli import main

main()
