"""Patron services: plain classes over the store and the library system. They decide who may do what; pages only ask.

Every method that acts for someone takes the actor first, and refuses before it reads or writes anything else.
"""
