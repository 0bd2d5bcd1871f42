"""Who is there: PINs, sessions, sign-in by card or by a provider, and the people of the house."""
