"""Pages of patrons: plain, drawn by the server, never kept in a cache."""
