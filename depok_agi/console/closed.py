"""A console out of which nothing leads.

It runs with the rights of the service, which are not the operator's: textual's own ways to save a file, to start a
program and to come back to a shell would do that as the service.
"""

from textual.app import App


class Closed(App[None]):
    """An app without them, whatever key or code asks for it."""

    ENABLE_COMMAND_PALETTE = False

    def save_screenshot(self, *_given: object, **_named: object) -> str:
        """No picture of citizens is saved."""
        return ""

    def deliver_text(self, *_given: object, **_named: object) -> None:
        """No file is saved; screenshots come by here too."""

    def deliver_binary(self, *_given: object, **_named: object) -> None:
        """No file is saved."""

    def open_url(self, *_given: object, **_named: object) -> None:
        """No browser is started."""

    def action_suspend_process(self) -> None:
        """No shell comes back to the front."""
