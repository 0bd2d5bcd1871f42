"""SECURITY.md promises nothing that no test holds."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROWS = [
    line.split("|") for line in (ROOT / "SECURITY.md").read_text(encoding="utf-8").splitlines() if line.startswith("| ")
]
TESTS = {
    name
    for path in (ROOT / "tests").rglob("test_*.py")
    for name in re.findall(r"^def (test_\w+)\(", path.read_text(encoding="utf-8"), re.M)
}


def test_every_threat_names_tests_that_exist() -> None:
    threats = ROWS[2:]
    assert len(threats) > 10
    for _, threat, _, tests, _ in threats:
        named = re.findall(r"`(test_\w+)`", tests)
        assert named, threat
        assert set(named) <= TESTS, (threat, set(named) - TESTS)
