"""Refusing a request as a whole, in words."""

from django.core.exceptions import BadRequest


class RefusedRequest(BadRequest):
    """A request that is not looked at further: what is wrong with it, and what next."""

    def __init__(self, status: int, what: str, next_step: str) -> None:
        super().__init__(what)
        self.status, self.what, self.next_step = status, what, next_step
