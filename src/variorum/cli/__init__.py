"""The command line: arguments in, a call, output in the asked form, an exit code. Nothing else."""

from __future__ import annotations

import atexit
import os
import sys
from contextlib import suppress

from variorum.errors import ExitCode, StoppedError, VariorumError


def end_with_main() -> None:
    """Run the command line as a process of its own, which is gone as soon as all is done."""
    status = 1

    def leave() -> None:
        for stream in (sys.stdout, sys.stderr):
            with suppress(BrokenPipeError):
                stream.flush()
        # Otherwise all that is in memory would be taken apart first, which takes longer than the start.
        os._exit(status)

    # Before all others, and so called after them.
    atexit.register(leave)
    try:
        main()
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
        raise
    status = 0


def main() -> None:
    """Run the command line; expected failures become a message and their exit code, never a traceback."""
    # Not before: processes that share work load the script that began it, and this module with it, but run no command.
    from variorum.cli._early import begin_early

    begin_early(sys.argv[1:])

    from variorum.cli import _signals
    from variorum.cli._app import app_for
    from variorum.cli._output import say

    _signals.install()
    try:
        app_for(next(iter(sys.argv[1:]), None))()
    except VariorumError as error:
        say(f"variorum: {error.message}")
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # The reader of our output has gone (`| head`): nothing is wrong, and nothing more can be said.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(ExitCode.OK)
    except (_signals.Interrupted, StoppedError):
        say("variorum: interrupted; what was committed stands, run the command again to go on")
        sys.exit(ExitCode.NOT_NOW)
