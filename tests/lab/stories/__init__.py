"""What happens on an installed host. They run there by `tests/lab/test_install.py`, not with the other tests."""
