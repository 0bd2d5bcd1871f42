"""Records and e-books to try Telusur with: 615 records, three PDFs, one damaged file. README.md says whose they are."""

from pathlib import Path

SAMPLES: Path = Path(__file__).resolve().parent
