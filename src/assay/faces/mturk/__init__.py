"""Mechanical Turk's requester API, for programs that were written for it: change the address and the keys."""
