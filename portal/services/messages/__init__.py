"""Letters to patrons: written in the transaction of what they tell of, sent afterwards from the outbox."""
