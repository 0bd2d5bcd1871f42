"""What patrons read of their own: loans, holds, fines, and the words for what is due and what is there."""
