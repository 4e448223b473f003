"""What a run stands in: operating system, scheduler, container, cloud.

Of the environment only the variables named here are looked at, and none is written out but the
numbers of nodes and tasks. No host, user, path or job number is read, and no network is asked.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .hardware import ROOT, read_text

_SCHEDULERS: tuple[tuple[str, str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("slurm", "SLURM_JOB_ID", ("SLURM_JOB_NUM_NODES", "SLURM_NNODES"), ("SLURM_NTASKS",)),
    ("pbs", "PBS_JOBID", ("PBS_NUM_NODES",), ("PBS_NP",)),
    ("lsf", "LSB_JOBID", (), ("LSB_DJOB_NUMPROC",)),
    ("kubernetes", "KUBERNETES_SERVICE_HOST", (), ()),
)
"""Name, the variable that tells it, and those with the numbers of nodes and of tasks.

A cluster's scheduler may itself run on Kubernetes, so that comes last.
"""

_SINGULARITY_VARIABLES = (
    "APPTAINER_CONTAINER",
    "APPTAINER_NAME",
    "SINGULARITY_CONTAINER",
    "SINGULARITY_NAME",
)
_CONTAINER_MANAGERS = {"docker": "docker", "podman": "podman"} | dict.fromkeys(
    ("lxc", "lxc-libvirt", "oci", "proot", "rkt", "systemd-nspawn"), "container"
)
"""What the variable `container` may say (systemd's container interface), and our word for it."""
_CGROUPS = (
    ("kubepods", "kubernetes"),
    ("libpod", "podman"),
    ("docker", "docker"),
    ("containerd", "container"),
    ("lxc", "container"),
)

_AZURE_CHASSIS = "7783-7084-3265-9085-8269-3286-77"

_CLOUDS: tuple[tuple[str, str, str], ...] = (
    ("aws", "sys_vendor", r"Amazon EC2"),
    ("aws", "bios_version", r".*\.amazon"),
    ("gcp", "product_name", r"Google Compute Engine"),
    ("azure", "chassis_asset_tag", re.escape(_AZURE_CHASSIS)),
    ("oracle", "chassis_asset_tag", r"OracleCloud\.com"),
    ("alibaba", "product_name", r"Alibaba Cloud ECS"),
    ("huawei", "chassis_asset_tag", r"HUAWEICLOUD"),
    ("opentelekomcloud", "chassis_asset_tag", r"OpenTelekomCloud"),
    ("digitalocean", "sys_vendor", r"DigitalOcean"),
    ("exoscale", "product_name", r"Exoscale.*"),
    ("hetzner", "sys_vendor", r"Hetzner"),
    ("linode", "sys_vendor", r"Linode|Akamai"),
    ("outscale", "sys_vendor", r"3DS Outscale"),
    ("scaleway", "sys_vendor", r"Scaleway"),
    ("upcloud", "sys_vendor", r"UpCloud"),
    ("vultr", "sys_vendor", r"Vultr"),
)
"""Provider, file of /sys/class/dmi/id, what it says there.

Source: tools/ds-identify of cloud-init, which every such image asks at its start; for Amazon also
its own "Identify EC2 instances".
"""

_EC2_TYPE = re.compile(r"[a-z][a-z0-9-]*\.[a-z0-9-]+")
_NUMBERS = re.compile(r"\d+(\.\d+)*")


def read_os(root: Path = ROOT) -> str:
    """Such as "Linux 6.1.0 (Debian GNU/Linux 12)": of the kernel's version the numbers alone.

    In a container it is the container's distribution on the machine's kernel.
    """
    release = read_text(root / "proc/sys/kernel/osrelease") or os.uname().release
    numbers = _NUMBERS.match(release)
    system = f"{os.uname().sysname} {numbers[0]}" if numbers else os.uname().sysname
    distribution = _distribution(root)
    return f"{system} ({distribution})" if distribution else system


def _distribution(root: Path) -> str:
    if sys.platform == "darwin":
        import platform

        return f"macOS {platform.mac_ver()[0]}"
    text = read_text(root / "etc/os-release") or read_text(root / "usr/lib/os-release")
    fields = dict(re.findall(r"""^(NAME|VERSION_ID)=["']?(.*?)["']?\s*$""", text, re.MULTILINE))
    return " ".join(fields[key] for key in ("NAME", "VERSION_ID") if fields.get(key))


def read_scheduler(environ: Mapping[str, str]) -> dict[str, Any] | None:
    """What started the job, with the numbers of nodes and tasks that it has given to it."""
    for name, variable, nodes, tasks in _SCHEDULERS:
        if variable in environ:
            return {
                "name": name,
                "nodes": _first_number(environ, nodes),
                "tasks": _first_number(environ, tasks),
            }
    return None


def _first_number(environ: Mapping[str, str], names: tuple[str, ...]) -> int | None:
    found = (environ[name] for name in names if name in environ)
    return next((int(text) for text in found if text.isascii() and text.isdigit()), None)


def read_container(root: Path, environ: Mapping[str, str]) -> str | None:
    """The kind of container that the run is in; None outside one, as far as can be seen."""
    if any(name in environ for name in _SINGULARITY_VARIABLES):
        return "singularity"
    cgroups = read_text(root / "proc/1/cgroup")
    by_cgroup = next((kind for word, kind in _CGROUPS if word in cgroups), None)
    if "KUBERNETES_SERVICE_HOST" in environ or by_cgroup == "kubernetes":
        return "kubernetes"
    if (root / "run/.containerenv").exists():
        return "podman"
    if (root / ".dockerenv").exists():
        return "docker"
    return _CONTAINER_MANAGERS.get(environ.get("container", "")) or by_cgroup


def read_cloud(root: Path = ROOT) -> dict[str, str | None] | None:
    """The provider by what the firmware says; the machine's type where it says that too (Amazon)."""
    dmi = root / "sys/class/dmi/id"
    provider = next(
        (name for name, file, says in _CLOUDS if re.fullmatch(says, read_text(dmi / file))), None
    )
    if provider is None:
        return None
    product = read_text(dmi / "product_name")
    is_type = provider == "aws" and _EC2_TYPE.fullmatch(product)
    return {"provider": provider, "machine_type": product if is_type else None}
