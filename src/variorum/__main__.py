"""Run the command line as ``python -m variorum``."""

from variorum.cli import main

if __name__ == "__main__":
    main()
