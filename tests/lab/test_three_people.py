"""Real users of an installed host: none reads around the command, forges who they are, or reads other files by it."""

from pathlib import Path

from tests.lab import host_root
from tests.lab.host import tell
from tests.lab.host_root import NEW
from tests.lab.test_install import wheels


def test_people_of_each_role_and_an_outsider_get_what_is_theirs_and_no_more(tmp_path: Path) -> None:
    bare = host_root.build(NEW)
    wheels(NEW, bare, tmp_path / "fetch")
    work = tmp_path / "story"
    (work / "upper").mkdir(parents=True)
    (tmp_path / "fetch/upper/wheels").rename(work / "upper/wheels")
    done = tell(bare, NEW.python, work, "people")
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
