"""`wattboard track -- COMMAND…`: measures any command, whatever its language."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import resource
import shutil
import signal
import sys
import time
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import NamedTuple, NoReturn

import click

from . import runlog
from .errors import CollectorError
from .monitor_process import MonitorProcess
from .run_settings import ON_REQUEST, RunSettings

NOT_FOUND, NOT_EXECUTABLE = 127, 126
"""Exit codes of a shell, for a command that cannot be started."""

_FROM_TERMINAL = (signal.SIGINT, signal.SIGQUIT, signal.SIGWINCH)
_PASSED_ON = (
    *_FROM_TERMINAL,
    signal.SIGTERM,
    signal.SIGHUP,
    signal.SIGUSR1,
    signal.SIGUSR2,
    signal.SIGALRM,
    signal.SIGXCPU,
)
_SI_KERNEL = 0x80
"""A signal's si_code where the kernel itself sends it, as a terminal does."""


class End(NamedTuple):
    """How a command ended."""

    exit_code: int
    """As a shell gives it: 128 and the signal's number for a command that a signal ended."""
    signal: int | None = None


@click.command(context_settings={"allow_interspersed_args": False})
@click.option(
    "--log-dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="The run's folder. Without it, a new one in wattboard-runs.",
)
@click.option("--interval", type=float, default=1.0, show_default=True, help="Seconds.")
@click.option("--region", help='Where the power comes from: an id such as "DEU" or "US-CA".')
@click.option("--carbon-intensity", type=float, help="Of that power, in g CO2eq/kWh.")
@click.option("--pue", type=float, help="Power usage effectiveness of the data centre.")
@click.option("--live-intensity", help='Whom to ask for it meanwhile: "energy-charts", "caiso" …')
@click.option("--run-name", help="A name for people.")
@click.option("--resume", is_flag=True, help="Add to the run whose log is in the folder.")
@click.option("--rank", type=int, help="Number of this process among those of one run.")
@click.option(
    "--record",
    type=click.Choice(ON_REQUEST),
    multiple=True,
    help="Write down what is left out unless asked for.",
)
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def track(
    log_dir: Path | None,
    interval: float,
    region: str | None,
    carbon_intensity: float | None,
    pue: float | None,
    live_intensity: str | None,
    run_name: str | None,
    resume: bool,
    rank: int | None,
    record: Sequence[str],
    command: Sequence[str],
) -> None:
    """Run a command and write its energy log.

    The exit code is the command's; signals reach it. All processes that it starts are counted.
    """
    try:
        settings = RunSettings.checked(
            interval=interval,
            region=region,
            carbon_intensity=carbon_intensity,
            pue=pue,
            live_intensity=live_intensity,
            run_name=run_name,
            resume=resume,
            rank=rank,
            record=record,
            command=command,
        )
        # Told before there is a log: of nothing, it would be a run without energy.
        end = _not_startable(command[0])
        if end is not None:
            sys.exit(end.exit_code)
        folder = log_dir or _new_folder(command[0])
        monitor = _launch(folder.absolute(), settings)
    except CollectorError as error:
        raise click.ClickException(str(error)) from error
    if log_dir is None and monitor is not None:
        click.echo(f"wattboard: the log goes to {folder}", err=True)
    _end_as(_run(command, monitor))


def _not_startable(program: str) -> End | None:
    """How it ends, with a message, where a look already tells that a program cannot be started."""
    if shutil.which(program) is not None:
        return None
    is_there = Path(program).exists() if "/" in program else shutil.which(program, os.F_OK)
    return _failed(program, errno.EACCES if is_there else errno.ENOENT)


def _failed(program: str, number: int | None) -> End:
    """What it comes to that a program cannot be started, after a message."""
    click.echo(f"wattboard: {program}: {os.strerror(number or errno.EACCES)}", err=True)
    return End(NOT_FOUND if number == errno.ENOENT else NOT_EXECUTABLE)


def _new_folder(program: str) -> Path:
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", Path(program).name).strip("-.") or "command"
    when = time.strftime("%Y-%m-%dT%H-%M-%S")
    return Path("wattboard-runs") / f"{when}-{name}-{os.urandom(2).hex()}"


def _launch(logdir: Path, settings: RunSettings) -> MonitorProcess | None:
    """The monitor; None, with a message, if the command has to run without."""
    try:
        claimed = runlog.claim(logdir, settings.rank.number, resume=settings.resume)
        monitor = MonitorProcess(settings.for_monitor(logdir, claimed, without_root=True))
    except OSError as error:
        click.echo(f"wattboard: the command is not measured: {error}", err=True)
        return None
    if monitor.error is not None:
        click.echo(f"wattboard: the command is not measured: {monitor.error}", err=True)
        return None
    return monitor


def _run(command: Sequence[str], monitor: MonitorProcess | None) -> End:
    """Run the command, hand signals on to it, and end the log with it."""
    # A program that ignores its children's end hands that on; nobody would then tell us of it.
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    waited_for = {signal.SIGCHLD, *_PASSED_ON}
    inherited = signal.pthread_sigmask(signal.SIG_BLOCK, waited_for)
    pid = 0
    try:
        # Python ignores these two, and what is ignored would stay so in the command.
        defaults = {signal.SIGPIPE, signal.SIGXFSZ}
        pid = os.posix_spawnp(
            command[0], list(command), os.environ, setsigmask=inherited, setsigdef=defaults
        )
        end = _wait(pid, waited_for)
    except OSError as error:
        end = _failed(command[0], error.errno)
    if monitor is not None:
        monitor.stop(end.exit_code)
        if monitor.error is not None:
            click.echo(f"wattboard: {monitor.error}", err=True)
    if pid:
        _reap(pid)
    return end


def _wait(pid: int, waited_for: Collection[signal.Signals]) -> End:
    """Hand signals on to a process until it ends; it is not reaped yet.

    Until then its CPU time stays readable, for the last sample.
    """
    while (end := _ended(pid)) is None:
        passed_on = _next_signal(waited_for)
        if passed_on is not None:
            os.kill(pid, passed_on)
    return end


def _ended(pid: int) -> End | None:
    if not hasattr(os, "waitid"):  # macOS before Python 3.13
        reaped, status = os.waitpid(pid, os.WNOHANG)
        if not reaped:
            return None
        code = os.waitstatus_to_exitcode(status)
        return End(code) if code >= 0 else End(128 - code, -code)
    result = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT | os.WNOHANG)
    if result is None:
        return None
    if result.si_code == os.CLD_EXITED:
        return End(result.si_status)
    return End(128 + result.si_status, result.si_status)


def _next_signal(waited_for: Collection[signal.Signals]) -> int | None:
    """Wait for a signal; None for one that the command needs not be told of.

    A terminal sends its own to the command as well.
    """
    if hasattr(signal, "sigwaitinfo"):
        received = signal.sigwaitinfo(waited_for)
        number, from_terminal = received.si_signo, received.si_code == _SI_KERNEL
    else:  # macOS
        number = signal.sigwait(waited_for)
        from_terminal = number in _FROM_TERMINAL
    return None if from_terminal or number == signal.SIGCHLD else number


def _reap(pid: int) -> None:
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, 0)


def _end_as(end: End) -> NoReturn:
    """End as the command did: with its exit code, or by the signal that ended it."""
    if end.signal is None:
        sys.exit(end.exit_code)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # the command has left its own dump
    if end.signal != signal.SIGKILL:
        signal.signal(end.signal, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {end.signal})
    os.kill(os.getpid(), end.signal)
    sys.exit(end.exit_code)
