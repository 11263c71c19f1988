"""The one way in which a prediction fails for good."""


class CannotPredict(Exception):
    """The race is unknown or has no starters; trying again will not help."""
