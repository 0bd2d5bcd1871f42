"""What patrons see of their own: loans, holds, lists, their data."""
