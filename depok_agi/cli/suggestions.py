"""What was probably meant by a word that is none."""

import click


class Suggesting(click.Group):
    """A group whose commands are not all made yet; click itself suggests those alone that are."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does it, with all commands among what may have been meant. Raises click.UsageError."""
        try:
            return super().resolve_command(ctx, args)
        except click.exceptions.NoSuchCommand as none:
            known = self.list_commands(ctx)
            raise click.exceptions.NoSuchCommand(none.command_name, possibilities=known, ctx=ctx) from None
