from tests.unit.desk.conftest import clock, desk, path

__all__ = ["clock", "desk", "path"]
