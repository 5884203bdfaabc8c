"""What the views of the console are made of."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.strip import Strip
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from depok_agi.console.fitting import INDENT
from depok_agi.console.frame import Key

if TYPE_CHECKING:  # the console imports its views
    from depok_agi.console.app import Console

Row = tuple[str, str]
"""What is chosen by it, and the line that is shown."""


class View(Vertical):
    """One view: it is asked to show itself when it is opened, and whenever the store has changed."""

    TITLE_KEY = ""
    """The key that leads to it; none where only another view does."""

    @property
    def console_app(self) -> "Console":
        """The console that it is part of."""
        from depok_agi.console.app import Console  # noqa: PLC0415 - see above

        assert isinstance(self.app, Console)  # noqa: S101 - nothing else has views
        return self.app

    @property
    def room(self) -> int:
        """How many columns there are for a line."""
        return max(20, self.app.size.width - 2)

    def keys(self) -> list[Key]:
        """What can be done here."""
        return []

    def take_focus(self) -> None:
        """Where keys go when it is opened."""

    async def show(self) -> None:
        """Read what there is to show, and show it where it has changed. Raises DepokError."""

    def is_typed_in(self) -> bool:
        """Would an operator lose what they are doing if another view were put in its place?"""
        return False


class Lines(VerticalScroll):
    """Lines of text that can be scrolled; drawn anew only when they are other ones."""

    DEFAULT_CSS = "Lines { height: 1fr; } Lines Static { height: auto; }"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - textual's word
        super().__init__(id=id)
        self._shown: list[str] = []
        self._text = Static(markup=False)

    def compose(self) -> ComposeResult:
        """Its one text."""
        yield self._text

    def put(self, lines: Sequence[str]) -> None:
        """Show these; heads are those that are not indented."""
        wanted = list(lines)
        if wanted == self._shown:
            return
        self._shown = wanted
        text = Text(no_wrap=False)
        for place, line in enumerate(wanted):
            text.append("\n" if place else "")
            text.append(line, style="" if line.startswith(INDENT) else "bold")
        self._text.update(text)


class Choice(OptionList):
    """Rows of which one is chosen. Which one is kept when others come and go."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("home", "first", show=False), Binding("end", "last", show=False)]
    DEFAULT_CSS = """
    Choice { height: 1fr; text-wrap: nowrap; text-overflow: ellipsis; }
    Choice > .option-list--option-highlighted, Choice:focus > .option-list--option-highlighted {
        color: ansi_default; background: ansi_default;
    }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - textual's word
        super().__init__(id=id, markup=False, compact=True)
        self._shown: list[Row] = []

    @property
    def chosen(self) -> str | None:
        """What the chosen row stands for; None when there is none."""
        return None if self.highlighted is None or not self._shown else self._shown[self.highlighted][0]

    def render_line(self, y: int) -> Strip:
        """The chosen row is told by reverse video, which needs no colours and which textual's own style cannot say."""
        strip = super().render_line(y)
        is_chosen = self.highlighted is not None and self.scroll_offset.y + y == self.highlighted
        return strip.apply_style(Style(reverse=True)) if is_chosen else strip

    def put(self, rows: Sequence[Row]) -> None:
        """Show these; only the lines that changed are drawn, where the same ones are there as before."""
        wanted = list(rows)
        before, chosen = self._shown, self.chosen
        if wanted == before:
            return
        self._shown = wanted
        if [one for one, _line in wanted] == [one for one, _line in before]:
            for place, (old, new) in enumerate(zip(before, wanted, strict=True)):
                if old != new:
                    self.replace_option_prompt_at_index(place, Content(new[1]))
            return
        self.set_options([Option(Content(line), id=one) for one, line in wanted])
        places = [one for one, _line in wanted]
        if wanted:
            self.highlighted = places.index(chosen) if chosen in places else 0


class RowsView(View):
    """A view of rows to choose from, under a head."""

    def __init__(self, *, id: str) -> None:  # noqa: A002 - textual's word
        super().__init__(id=id)
        self._head = Static(markup=False, classes="head")
        self._rows = Choice()

    def compose(self) -> ComposeResult:
        """The head and the rows."""
        yield self._head
        yield self._rows

    def take_focus(self) -> None:
        """The rows."""
        self._rows.focus()
