"""What the commands of `telusur` do. Each takes the parsed arguments (`portal/cli.py`) and gives an exit code."""
