"""Widgets of the portal's own."""
