"""Work that kills its process at one run. In a module of its own, since other processes import it."""

import os
import signal

from wattboard.sitegen.step import Outcome, StepOptions, Task, step


def deadly(batch: list[Task], options: StepOptions) -> list[Outcome]:
    for task in batch:
        if task.location.path.endswith("seed_3"):
            os.kill(os.getpid(), signal.SIGKILL)
    return [step(task, options) for task in batch]
