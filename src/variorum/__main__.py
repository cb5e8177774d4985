"""Run the command line as ``python -m variorum``."""

from variorum.cli import end_with_main

if __name__ == "__main__":
    end_with_main()
