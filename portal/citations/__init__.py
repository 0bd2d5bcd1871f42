"""Citations of a title in the styles that schools and journals ask for."""
