"""What the daemon counts and measures, for Prometheus, on this machine alone.

Wraps `prometheus_client`, the only module to import it. No label holds personal data: numbers, names and what callers
typed are in none of them. Whatever is asked of the store is asked by the daemon now and then, and never by a scrape.
"""

import logging
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server

from depok_agi.calls.record import CallRecord
from depok_agi.desk.standing import Standing
from depok_agi.errors import CallerGoneError, SettingsError

MICROSECONDS = 1_000_000
WAITS = (5, 10, 20, 30, 45, 60, 90, 120, 180, 300, 600)
"""Of the queue, in seconds; 20 is the usual line of a service level."""

STEPS = (0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 120)
"""Of a step of the menu, in seconds: most of it is the caller's own time."""

REMEMBERED = 10_000
"""Calls that were counted lately: a record can be written again after the call has ended."""


class Metrics:
    """All of them, in a registry of their own."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self._counted: dict[str, None] = {}
        self._calls = Counter(
            "depok_calls", "Calls that have ended.", ["direction", "outcome", "source"], registry=registry
        )
        self._waits = Histogram(
            "depok_queue_wait_seconds",
            "How long callers waited for an operator, by whether they got one.",
            ["answered"],
            buckets=WAITS,
            registry=registry,
        )
        self._talks = Counter("depok_talk_seconds", "Time that callers talked with operators.", registry=registry)
        self._steps = Histogram(
            "depok_step_seconds", "How long a step of the menu took.", ["step"], buckets=STEPS, registry=registry
        )
        self._failed = Counter("depok_step_failures", "Steps of the menu that failed.", ["step"], registry=registry)
        self._events = Counter("depok_events", "Events of Asterisk that were taken.", registry=registry)
        self._lag = Gauge("depok_event_lag_seconds", "How old the last event was when it was taken.", registry=registry)
        self._heard = Gauge(
            "depok_last_event_timestamp_seconds", "When the last event was taken, since 1970.", registry=registry
        )
        self._ami = Gauge("depok_ami_up", "1 while the daemon is logged in at Asterisk.", registry=registry)
        self._open = Gauge("depok_calls_up", "Calls that are up now.", registry=registry)
        self._nobody = Gauge(
            "depok_nobody_takes_calls", "1 while the centre is open and no operator takes calls.", registry=registry
        )
        self._unwritten = Gauge("depok_calls_unwritten", "Calls that wait to be written.", registry=registry)
        self._errors = Counter("depok_errors", "Errors that the daemon has told in its log.", registry=registry)
        self._standing = {
            "owed": Gauge("depok_callbacks_owed", "Citizens who are owed a call.", registry=registry),
            "owed_late": Gauge("depok_callbacks_late", "Those whose call is late.", registry=registry),
            "expired": Gauge("depok_callbacks_expired", "Calls that were given up.", registry=registry),
            "tickets_late": Gauge(
                "depok_tickets_late", "Tickets that an OPD has not answered in time.", registry=registry
            ),
            "mails_waiting": Gauge("depok_mails_waiting", "E-mails that wait to be sent.", registry=registry),
            "gaps": Gauge("depok_call_log_gaps", "Gaps in the call log so far.", registry=registry),
            "signed_in": Gauge("depok_operators_signed_in", "Operators who are signed in.", registry=registry),
            "serving": Gauge("depok_operators_serving", "Those of them who take calls.", registry=registry),
        }

    @contextmanager
    def serve(self, host: str, port: int) -> Iterator[None]:
        """Answer scrapes at this address until the end, in a thread of its own, and count the log's errors.

        Raises:
            SettingsError: the port cannot be listened on.
        """
        try:
            server, thread = start_http_server(port, addr=host, registry=self._registry)
        except OSError as error:
            raise SettingsError(
                "metrics.port: {host}:{port} cannot be listened on: {strerror}",
                host=host,
                port=port,
                strerror=error.strerror,
            ) from error
        counting = _CountsErrors(self._errors)
        logging.getLogger("depok_agi").addHandler(counting)
        try:
            yield
        finally:
            logging.getLogger("depok_agi").removeHandler(counting)
            server.shutdown()
            server.server_close()
            thread.join()

    def ended(self, records: Iterable[CallRecord]) -> None:
        """Count the calls among these that have ended, each once."""
        for record in records:
            if not record.ended or record.id in self._counted:
                continue
            self._counted[record.id] = None
            if len(self._counted) > REMEMBERED:
                del self._counted[next(iter(self._counted))]
            self._calls.labels(record.direction, record.outcome or "unknown", record.source).inc()
            if record.wait_seconds is not None:
                self._waits.labels("yes" if record.operator else "no").observe(record.wait_seconds)
            if record.talk_seconds:
                self._talks.inc(record.talk_seconds)

    def event(self, at: int, now: int) -> None:
        """An event was taken; both moments are microseconds since 1970."""
        self._events.inc()
        self._lag.set(max(0, now - at) / MICROSECONDS)
        self._heard.set(now / MICROSECONDS)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time a step, and count it where it fails; a caller who hangs up is no failure."""
        began = time.monotonic()
        try:
            yield
        except CallerGoneError:
            raise
        except Exception:
            self._failed.labels(name).inc()
            raise
        finally:
            self._steps.labels(name).observe(time.monotonic() - began)

    def now(self, *, ami_up: bool, calls_up: int, unwritten: int, nobody_takes_calls: bool = False) -> None:
        """How it is at this moment."""
        self._nobody.set(nobody_takes_calls)
        self._ami.set(ami_up)
        self._open.set(calls_up)
        self._unwritten.set(unwritten)

    def stands(self, standing: Standing) -> None:
        """What the store had to say."""
        for name, gauge in self._standing.items():
            gauge.set(getattr(standing, name))


class _CountsErrors(logging.Handler):
    def __init__(self, errors: Counter) -> None:
        super().__init__(logging.ERROR)
        self._errors = errors

    def emit(self, record: logging.LogRecord) -> None:  # noqa: ARG002 - logging's signature
        self._errors.inc()
