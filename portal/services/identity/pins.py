"""PINs and passwords: which may be chosen, and how they are kept."""

import secrets
import threading
import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from portal.services.errors import NotValid

# OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, 2 passes and 1 lane at least. More would let a few sign-ins
# at once take the memory of a small machine.
MEMORY_KIB: Final = 19_456
PASSES: Final = 2
LANES: Final = 1
LEAST: Final = 6
LEAST_OF_STAFF: Final = 8
MOST: Final = 128
ONCE_FOR: Final = timedelta(days=3)
_ONCE: Final = "once"
_AT_ONCE: Final = threading.BoundedSemaphore(4)
_RISING: Final = "01234567890"


class Hasher:
    """Counts what it verifies, so that tests need no stopwatch to see that all answers cost the same.

    memory_kib, passes: less than the least that is safe only where nothing is kept.
    """

    def __init__(self, memory_kib: int = MEMORY_KIB, passes: int = PASSES) -> None:
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=LANES)
        self._dummy = self._hasher.hash(secrets.token_hex(16))
        self._counting = threading.Lock()
        self.verified = 0

    def hashed(self, pin: str) -> str:
        with _AT_ONCE:
            return self._hasher.hash(_same_form(pin))

    def matches(self, pin: str, kept: str) -> bool:
        """Whether `pin` is the one that was `kept`; with "" as slow as any, and never."""
        hash_ = _bare(kept) or self._dummy
        with self._counting:
            self.verified += 1
        with _AT_ONCE:
            try:
                return self._hasher.verify(hash_, _same_form(pin[: MOST + 1])) and bool(kept)
            except (VerificationError, InvalidHashError):
                return False

    def is_outdated(self, kept: str) -> bool:
        """Whether it was hashed with other parameters than today's."""
        return self._hasher.check_needs_rehash(_bare(kept))


def once(kept: str, now: datetime) -> str:
    """Marks a hash as that of a PIN which must be changed at the first sign-in, and is good until ONCE_FOR later."""
    return f"{_ONCE} {int((now + ONCE_FOR).timestamp())} {kept}"


def once_like(kept: str, hashed: str) -> str:
    """A new hash of the same PIN, with the mark that the one kept until now bore."""
    return f"{kept.rsplit(' ', 1)[0]} {hashed}" if must_change(kept) else hashed


def must_change(kept: str) -> bool:
    return kept.startswith(f"{_ONCE} ")


def has_lapsed(kept: str, now: datetime) -> bool:
    """Whether it is a PIN for one sign-in that came too late."""
    return must_change(kept) and datetime.fromtimestamp(int(kept.split(" ", 2)[1]), UTC) <= now


def one_time_pin() -> str:
    """Eight digits that are easy to say aloud."""
    return f"{secrets.randbelow(10**8):08d}"


def require_good(pin: str, card_number: str | None, birth_year: int | None, *, least: int = LEAST) -> None:
    """Raises NotValid, with the code of what is wrong with a PIN somebody chose.

    >>> require_good("123456", "BT-1", None)
    Traceback (most recent call last):
    portal.services.errors.NotValid: pin_weak
    """
    pin = _same_form(pin)
    if len(pin) < least:
        raise NotValid("pin_short", "new")
    if len(pin) > MOST:
        raise NotValid("pin_long", "new")
    if _is_weak(pin):
        raise NotValid("pin_weak", "new")
    card = "".join(filter(str.isalnum, card_number or "")).casefold()
    plain = "".join(filter(str.isalnum, pin)).casefold()
    if card and (plain == card or (len(card) >= LEAST and plain.isdecimal() and card.endswith(plain))):
        raise NotValid("pin_is_card", "new")
    if birth_year and pin.isdecimal() and str(birth_year) in pin:
        raise NotValid("pin_is_birth_year", "new")


def _is_weak(pin: str) -> bool:
    """The same again and again, or counted up or down.

    >>> [_is_weak(pin) for pin in ("111111", "121212", "123123", "234567", "987654", "271828")]
    [True, True, True, True, True, False]
    """
    repeats = any(pin == (pin[:n] * len(pin))[: len(pin)] for n in range(1, len(pin) // 2 + 1))
    return repeats or pin in _RISING or pin in _RISING[::-1] or pin.casefold() in _COMMON


_COMMON: Final = frozenset(
    ("password", "qwerty", "qwertyuiop", "katasandi", "rahasia", "perpustakaan", "indonesia", "bismillah", "sayang")
)


def _bare(kept: str) -> str:
    return kept.rsplit(" ", 1)[-1] if must_change(kept) else kept


def _same_form(pin: str) -> str:
    # The same keys give other code points on other systems.
    return unicodedata.normalize("NFKC", pin)
