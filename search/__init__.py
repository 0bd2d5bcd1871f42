"""What is stored, what is asked, what comes back. Knows neither `ingest` nor `portal`."""
