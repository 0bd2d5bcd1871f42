"""What stands before every route: limits, the host and address a request is for and from, headers."""
