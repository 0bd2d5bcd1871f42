"""What a page says, as small frozen values; no web framework in them."""

from portal.presenters.wording import reason_sentence, value_label

__all__ = ["reason_sentence", "value_label"]
