# SPDX-License-Identifier: GPL-2.0-only
"""Checks of a libvirt domain in a lab, from the outputs that
lab/jobs/guestbench/watch-domain stored while it was suspended."""
import json
import os
from collections import Counter
from xml.etree import ElementTree

from ...qemu import NAME

PREFIX = "exits_"
COUNTING = PREFIX + "counting"		# whether exits are counted


class Domain:
    """The files of one run."""

    def __init__(self, directory, run):
        self.run = run
        self.path = os.path.join(directory, "runs", run["run"], "domain")
        self.xml = ElementTree.fromstring(self.text("domain.xml"))
        self.uuid = self.xml.findtext("uuid")

    def text(self, name):
        with open(os.path.join(self.path, name), encoding="utf-8") as f:
            return f.read()

    def vm(self):
        """The VM in exitstat's list with the domain's name and UUID."""
        vms = [vm for vm in json.loads(self.text("list.json"))["vms"]
               if (vm["name"], vm["uuid"]) == (NAME, self.uuid)]
        return vms[0] if len(vms) == 1 else None


def not_shown(domain):
    vm = domain.vm()
    if not vm:
        return [f"exitstat list has no VM {NAME} {domain.uuid}"]
    wrong = []
    if vm["vcpus"] != int(domain.xml.findtext("vcpu")):
        wrong.append(f"{vm['vcpus']} vCPUs")
    listed = domain.text("list.txt").split("\n")
    if not any(a.split()[2:3] == [NAME] and b.split() == ["uuid", domain.uuid]
               for a, b in zip(listed, listed[1:])):
        wrong.append("exitstat list, as text, does not show it")
    if domain.text("virsh-list").split() != [domain.uuid, NAME]:
        wrong.append(f"virsh list: {domain.text('virsh-list').split()}")
    return wrong


def answer(domain, name):
    return json.loads(domain.text(name))["return"]


def described(domain):
    """The names of the engine's statistics in query-stats-schemas."""
    return {s["name"] for schema in answer(domain, "schemas.json")
            if schema["target"] == "vcpu" for s in schema["stats"]
            if s["name"].startswith(PREFIX) and s["name"] != COUNTING}


def by_query_stats(domain):
    exits, vcpus = Counter(), answer(domain, "query-stats.json")
    for vcpu in vcpus:
        for s in vcpu["stats"]:
            if s["name"].startswith(PREFIX) and s["name"] != COUNTING:
                exits[s["name"]] += s["value"]
    return +exits, len(vcpus)


def by_kernel(domain):
    """NAME:COUNT for each reason over all VMs; the domain is the only VM."""
    rows = (line.split(":") for line in domain.text("reasons").splitlines())
    return Counter({PREFIX + name.lower(): int(n) for name, n in rows})


def stats_differ(domain):
    qmp, vcpus = by_query_stats(domain)
    kernel, vm, total = by_kernel(domain), domain.vm(), sum(qmp.values())
    for name in sorted(set(qmp) | set(kernel)):
        if qmp[name] != kernel[name]:
            yield f"{name}: {qmp[name]} by query-stats, {kernel[name]} counted"
        if name not in described(domain):
            yield f"{name}: not in query-stats-schemas"
    if not total or not vm or (total, vcpus) != (vm["exits"], vm["vcpus"]):
        yield f"query-stats: {total} exits of {vcpus} vCPUs; exitstat: {vm}"
    if total > domain.run["exits"]:
        yield f"{total} exits by then, {domain.run['exits']} in the recording"


def not_gone(domain):
    left = domain.text("virsh-left").split("\n")
    if left[0].split() != ["Id", "Name", "State"] or any(left[2:]):
        return [f"virsh list: {left}"]
    return []


def of_each(check):
    """Turn a check of one domain into a check of all runs."""
    def check_runs(directory, report):
        if not report["runs"]:
            yield "no runs"
        for run in report["runs"]:
            yield from check(Domain(directory, run))
    return check_runs
