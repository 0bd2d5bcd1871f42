"""Files in, index entries out. Knows `search`, never `portal`."""
