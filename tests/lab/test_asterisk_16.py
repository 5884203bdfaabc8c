"""The oldest Asterisk that is supported, 16, takes the same dialplan and settings."""

from pathlib import Path

from tests.lab.pbx import Pbx
from tests.lab.pbx_root import PbxRoot


def test_it_is_asterisk_16_and_finds_nothing_wrong_with_its_configuration(pbx_root_16: PbxRoot, tmp_path: Path) -> None:
    with Pbx(pbx_root_16, tmp_path / "pbx") as pbx:
        assert pbx.rx("core show version").startswith("Asterisk 16.")
        assert "depok-operator" in pbx.rx("dialplan show depok-operator")
        assert [line for line in pbx.log_text().splitlines() if " ERROR[" in line or " WARNING[" in line] == []
