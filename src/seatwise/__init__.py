"""Seatwise: who really uses the services the organization pays seats for."""

__version__ = "0.1.0"
