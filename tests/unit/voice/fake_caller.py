"""A citizen on the line who does what a test says."""

from collections.abc import Iterable, Mapping, Sequence
from importlib import resources

from depok_agi.errors import CallerGoneError
from depok_agi.voice import menu_file
from depok_agi.voice.caller import Caller, CallerInfo, Language

ANI = CallerInfo("depok-1795485600.0", "081100001234", "Ani", "1500664")
SHIPPED_MENU = menu_file.load(
    (resources.files("depok_agi.voice") / "depok_menu.toml").read_text("utf-8"), "depok_menu.toml"
)


class FakeCaller:
    """Speaks the `Caller` protocol.

    Each entry of `answers` is what the caller does the next time that they can press keys: one key, several keys when a
    number is asked for, or "" for nothing. They press nothing when there are no more. A key that the step does not
    listen for while it plays is lost, as on a real line. `hangs_up_at` counts interactions from 1: from that one on the
    caller is gone.

    Attributes:
        known: what the channel's variables are.
        played: the prompts, in order; those after a barge-in are not there.
        variables: what was set, in order of setting.
        languages: what was chosen, in order.
        interactions: how many there were.
    """

    def __init__(
        self,
        *answers: str,
        info: CallerInfo = ANI,
        hangs_up_at: int | None = None,
        known: Mapping[str, str] | None = None,
    ) -> None:
        self.info = info
        self.known = known or {}
        self.played: list[str] = []
        self.variables: dict[str, str] = {}
        self.languages: list[Language] = []
        self.interactions = 0
        self._answers = list(answers)
        self._hangs_up_at = hangs_up_at

    async def play(self, prompts: Sequence[str], keys: str = "") -> str:
        self._interact()
        key = self._answer() if keys else ""
        if key and key in keys:
            self.played += prompts[:1]
            return key
        self.played += prompts
        return ""

    async def wait_key(self, seconds: float) -> str:
        assert seconds > 0
        self._interact()
        return self._answer()

    async def ask_digits(self, prompt: str, *, digits: int, seconds: float) -> str:
        assert seconds > 0
        self._interact()
        self.played.append(prompt)
        return self._answer().partition("#")[0][:digits]

    async def set_language(self, language: Language) -> None:
        self._interact()
        self.languages.append(language)

    async def set_variable(self, name: str, value: str) -> None:
        self._interact()
        self.variables[name] = value

    async def get_variable(self, name: str) -> str:
        self._interact()
        return self.known.get(name, "")

    def _interact(self) -> None:
        self.interactions += 1
        if self._hangs_up_at is not None and self.interactions >= self._hangs_up_at:
            raise CallerGoneError("the caller hung up")

    def _answer(self) -> str:
        return self._answers.pop(0) if self._answers else ""


def as_caller(fake: FakeCaller) -> Caller:
    """The type checker's proof that the fake speaks the protocol."""
    return fake


def digits(number: Iterable[str]) -> list[str]:
    """The prompts that read a number out."""
    return [f"digit-{digit}" for digit in number]
