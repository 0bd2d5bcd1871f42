"""Pages of staff: lending and taking back, patrons, copies, rules, calendars."""
