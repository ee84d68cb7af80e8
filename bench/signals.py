#!/usr/bin/env python3
"""Simulates which replicas HPA ends with on different signals of the same engine.

Prints the tables of docs/choosing-a-signal.md. Every run gives the same numbers: all randomness has
a fixed seed, and every signal sees the same requests.
"""

import dataclasses
import heapq
import math
import random
from collections import deque
from collections.abc import Callable

TICK_S = 0.5
SYNC_S = 15  # HPA's sync period
STABILIZATION_S = 300  # scale-down takes the highest recommendation of so long
MOST_REPLICAS = 100
LOAD_TIME_S = (120, 180)  # from the pod's creation until it serves
VRAM_PERCENT = 90  # an engine takes its share at the start and keeps it


@dataclasses.dataclass(frozen=True)
class Load:
    """Requests that arrive at random (Poisson) and run for a random time (exponential)."""

    title: str
    slots: int  # requests that a replica can hold at once
    service_s: float  # mean; the same whatever else the replica runs
    steps: list[tuple[float, float]]  # from that second on, so many requests would run at once
    hours: float

    def offered(self, now):
        return [requests for since, requests in self.steps if since <= now][-1]

    def arrivals(self):
        """(time, service time) of every request."""
        dice = random.Random(1)
        now, requests = 0.0, []
        while True:
            now += dice.expovariate(self.offered(now) / self.service_s)
            if now >= self.hours * 3600:
                return requests
            requests.append((now, dice.expovariate(1 / self.service_s)))


class Replica:
    def __init__(self, ready_at):
        self.ready_at = ready_at
        self.ends = []  # heap: when its running requests end
        self.busy = False  # something ran within the last tick: NVML's utilization is 100% then


class Fleet:
    """The replicas of a workload. Requests go to any replica with room, else to one queue."""

    def __init__(self, load):
        self.load = load
        self.now = 0.0
        self.replicas = [Replica(0.0)]
        self.draining = []  # take nothing new, end what runs
        self.waiting = deque()  # (arrival, service time)
        self.waits = []
        self.gpu_seconds = 0.0
        self.dice = random.Random(2)

    def ready(self):
        return [replica for replica in self.replicas if replica.ready_at <= self.now]

    def running(self):
        return sum(len(replica.ends) for replica in self.ready())

    def scale_to(self, count):
        while len(self.replicas) < count:
            self.replicas.append(Replica(self.now + self.dice.uniform(*LOAD_TIME_S)))
        # A ReplicaSet removes those that are not ready first, and of the others the youngest.
        self.replicas.sort(key=lambda replica: replica.ready_at)
        self.draining += self.replicas[count:]
        del self.replicas[count:]

    def tick(self, arrived):
        self.now += TICK_S
        self.waiting.extend(arrived)
        for replica in self.replicas + self.draining:
            replica.busy = bool(replica.ends)
            while replica.ends and replica.ends[0] <= self.now:
                heapq.heappop(replica.ends)
        self.draining = [replica for replica in self.draining if replica.ends]
        with_room = [replica for replica in self.ready() if len(replica.ends) < self.load.slots]
        while self.waiting and with_room:
            arrival, service_s = self.waiting.popleft()
            replica = self.dice.choice(with_room)
            heapq.heappush(replica.ends, self.now + service_s)
            replica.busy = True
            if len(replica.ends) == self.load.slots:
                with_room.remove(replica)
            self.waits.append(self.now - arrival)
        self.gpu_seconds += TICK_S * (len(self.replicas) + len(self.draining))


def shared(percent_of):
    """Average over the replicas that serve, times their number, as the scaler reports it."""
    return lambda fleet: sum(100.0 * percent_of(fleet, replica) for replica in fleet.ready())


@dataclasses.dataclass(frozen=True)
class Signal:
    name: str
    value: Callable[[Fleet], float]
    target: Callable[[Load], float]
    average_value: bool = True  # KEDA's default; else Value


INFLIGHT = Signal(
    "inflight, sum",
    lambda fleet: len(fleet.waiting) + fleet.running(),
    lambda load: 0.8 * load.slots,
)
WAITING = Signal("waiting, sum", lambda fleet: len(fleet.waiting), lambda load: 5)
UTILIZATION = Signal(
    "utilization (NVML), avg x n", shared(lambda _, replica: replica.busy), lambda load: 80
)
KV_USAGE = Signal(
    "KV usage, avg x n",
    shared(lambda fleet, replica: len(replica.ends) / fleet.load.slots),
    lambda load: 70,
)
# As if the engine's --max-num-seqs were what a replica holds, where its KV cache is full before.
INFLIGHT_OF_32 = dataclasses.replace(
    INFLIGHT, name="inflight, sum, as if it held 32", target=lambda load: 0.8 * 32
)
VRAM = Signal("VRAM, AverageValue", lambda fleet: VRAM_PERCENT, lambda load: 80)
VRAM_VALUE = dataclasses.replace(VRAM, name="VRAM, Value", average_value=False)


class Hpa:
    """HPA's arithmetic for one external metric, as of Kubernetes 1.36 without a `behavior`."""

    def __init__(self, signal, target):
        self.signal = signal
        self.target = target
        self.recent = [(0.0, 1)]  # (when, recommended)

    def recommended(self, fleet):
        value, current = self.signal.value(fleet), len(fleet.replicas)
        over = self.target * current if self.signal.average_value else self.target
        ratio = value / over
        if 0.9 <= ratio <= 1.1:
            return current
        if self.signal.average_value:
            return math.ceil(value / self.target)
        return math.ceil(ratio * len(fleet.ready()))

    def sync(self, fleet):
        now, current = fleet.now, len(fleet.replicas)
        self.recent = [held for held in self.recent if held[0] >= now - STABILIZATION_S]
        self.recent.append((now, self.recommended(fleet)))
        wanted = max(replicas for _, replicas in self.recent)
        fleet.scale_to(max(1, min(wanted, max(2 * current, 4), MOST_REPLICAS)))


HEAD = ["signal", "target", "most", "last hour", "at the end", "changes", "p95 wait", "GPU-hours"]


def simulate(load, signal):
    """One row, of HEAD."""
    fleet, hpa = Fleet(load), Hpa(signal, signal.target(load))
    requests = deque(load.arrivals())
    seen = []  # replicas after each sync
    for tick in range(1, int(load.hours * 3600 / TICK_S) + 1):
        arrived = []
        while requests and requests[0][0] <= tick * TICK_S:
            arrived.append(requests.popleft())
        fleet.tick(arrived)
        if tick * TICK_S % SYNC_S == 0:
            hpa.sync(fleet)
            seen.append(len(fleet.replicas))
    last_hour = seen[-3600 // SYNC_S :]
    least, most = min(last_hour), max(last_hour)
    # Those that still wait have waited that long at least.
    waits = sorted(fleet.waits + [fleet.now - arrival for arrival, _ in fleet.waiting])
    return [
        signal.name,
        f"{signal.target(load):g}",
        str(max(seen)),
        str(most) if least == most else f"{least} to {most}",
        str(seen[-1]),
        str(sum(before != after for before, after in zip([1] + seen, seen))),
        f"{waits[math.ceil(0.95 * len(waits)) - 1]:,.0f} s",
        f"{fleet.gpu_seconds / 3600:.1f}",
    ]


LLM = [INFLIGHT, KV_USAGE, UTILIZATION, WAITING, VRAM, VRAM_VALUE]
RISE_AND_FALL = [(0, 20), (1800, 100), (5400, 20)]
SCENARIOS = [
    (Load("An LLM, steady load", 32, 20, [(0, 100)], hours=2), LLM),
    (Load("The same, the load rises and falls", 32, 20, RISE_AND_FALL, hours=3), LLM),
    (
        Load("Long contexts: the KV cache is full at 12", 12, 20, [(0, 100)], hours=2),
        [INFLIGHT, INFLIGHT_OF_32, KV_USAGE],
    ),
    (
        Load("One request at a time", 1, 10, [(0, 3)], hours=2),
        [INFLIGHT, UTILIZATION, WAITING],
    ),
]


def main():
    for load, signals in SCENARIOS:
        print(f"**{load.title}**\n")
        print(f"| {' | '.join(HEAD)} |\n|{'---|' * len(HEAD)}")
        for signal in signals:
            print(f"| {' | '.join(simulate(load, signal))} |")
        print()


if __name__ == "__main__":
    main()
