"""Lending: loans, holds, renewals, fines and the licences of e-books, by the library's own rules and calendar.

`service.Circulation` answers patrons, `desk.Desk` staff, `jobs.Housekeeping` the clock. Each of their methods is one
transaction; what several of them decide alike stands in `queue`, `loans`, `holds` and `fines`.
"""
