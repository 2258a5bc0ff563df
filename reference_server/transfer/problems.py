"""How a transfer can end badly."""

from __future__ import annotations


class TransferFailed(Exception):
    """The transfer did not work; the message becomes the failure line."""


class Unreachable(TransferFailed):
    """No connection to the far side came about."""


class DeadlinePassed(TransferFailed):
    """Nothing moved for too long."""


class Cancelled(Exception):
    """The requesting client went away: nobody is left to tell."""
