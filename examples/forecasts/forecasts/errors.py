"""The one way in which a forecast fails for good."""


class CannotForecast(Exception):
    """The series is unknown or too short; trying again will not help."""
