"""What became of an operator's order to the queue, in words: of the command and of the console."""

from depok_agi.cli.attending import reason_in_words
from depok_agi.cli.language import _
from depok_agi.desk.operator_orders import Order, Wish


def done_in_words(order: Order) -> str:
    """That somebody is signed in, out or paused now."""
    if order.wish is Wish.IN:
        return _("{operator} is signed in: calls come to {device}.").format(
            operator=order.operator, device=order.device
        )
    if order.wish is Wish.OUT or order.reason is None:
        return _("{operator} is signed out.").format(operator=order.operator)
    return _("{operator} is paused: {reason}. Back: depok-agi operators in").format(
        operator=order.operator, reason=reason_in_words(order.reason)
    )
