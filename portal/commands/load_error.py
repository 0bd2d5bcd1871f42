"""What may end a load, for the command line to tell."""


class LoadError(Exception):
    """What ended a load that is neither the index nor a file: a disk, a database of ours. Says what to do."""
