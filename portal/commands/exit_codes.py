"""What the command's exit codes mean. People script them: they stay."""

from typing import Final

DONE: Final = 0
DONE_WITH_REFUSALS: Final = 1
WRONG_USE: Final = 2
UNAVAILABLE: Final = 3  # the engine or the data
STOPPED: Final = 130  # with Ctrl-C; what was read is kept
