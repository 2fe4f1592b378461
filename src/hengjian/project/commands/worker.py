"""`hengjian worker`: runs background tasks; beside them it seals finished days and reports what is overdue."""

from __future__ import annotations

import argparse
import logging
import threading

NAME = "worker"
HELP = "运行后台任务（./start 会自动启动）"
HOUSEKEEPING_SECONDS = 900


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--interval", type=float, default=0.5, help="没有任务时隔几秒再看")


def run(args: argparse.Namespace) -> int:
    """Runs until a signal comes."""
    from hengjian.project.setup import start_django

    start_django()
    from django.core.management import call_command

    threading.Thread(target=_keep_house, daemon=True, name="housekeeping").start()
    call_command("db_worker", interval=args.interval, startup_delay=False, reload=False, verbosity=0)
    return 0


def _keep_house() -> None:
    from django.db import DatabaseError, close_old_connections
    from django.utils import timezone

    from hengjian.apps.cases.holds_limits import lapse_due, remind
    from hengjian.apps.cases.windows import start_windows
    from hengjian.apps.clocks.rederiving import rederive_if_law_changed
    from hengjian.apps.informants.openings import expire_openings
    from hengjian.apps.intake.tasks import take_up_stalled
    from hengjian.apps.record.services import seal_missing_days
    from hengjian.apps.rectifications.overdue import escalate_overdue
    from hengjian.apps.rulebook.amending import restore_overlay
    from hengjian.apps.runs.services import note_interruptions

    pause = threading.Event()
    while True:
        try:
            close_old_connections()
            seal_missing_days(now=timezone.now())
            restore_overlay()
            rederive_if_law_changed(now=timezone.now(), today=timezone.localdate())
            take_up_stalled()
            note_interruptions(now=timezone.now())
            escalate_overdue(now=timezone.now())
            lapse_due(now=timezone.now())
            remind(now=timezone.now())
            start_windows(now=timezone.now())
            expire_openings(now=timezone.now())
        except DatabaseError:
            logging.getLogger("hengjian").exception("housekeeping failed; it is tried again")
        pause.wait(HOUSEKEEPING_SECONDS)
