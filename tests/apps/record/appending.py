"""Run in processes of their own by test_concurrency: `python -m tests.apps.record.appending N` appends N events."""

import sys
from concurrent.futures import ThreadPoolExecutor

from hengjian.project.setup import start_django


def main(times: int, threads: int) -> None:
    start_django()
    from django.db import connection, transaction
    from django.utils import timezone

    from hengjian.apps.accounts.models import Organ
    from hengjian.apps.record.services import SYSTEM, append_event

    def append(_: int) -> None:
        try:
            organ = Organ.objects.get()
            for number in range(times):
                with transaction.atomic():
                    append_event(
                        now=timezone.now(), actor=SYSTEM, verb="organ.create", thing=organ, after={"n": number}
                    )
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(append, range(threads)))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
