#!/usr/bin/env bash
# Runs sprawl and another command in turn, A B A B ..., and prints the median wall time, CPU time and
# peak memory of each, and the ratio of the medians.
#
#   benches/compare.sh TREE 'OTHER COMMAND' [ROUNDS]
#   benches/compare.sh linux-source-6.1 'kingfisher scan linux-source-6.1 --no-validate --git-history=none --no-update-check --format json'
#
# With --history, the whole history of any repository; by default against what git needs to print it:
#
#   benches/compare.sh --history REPOSITORY ['OTHER COMMAND'] [ROUNDS]
set -euo pipefail
scan=scan
default=
if [ "${1:-}" = --history ]; then
    shift
    scan='scan --history'
    default="git -C ${1:-.} cat-file --batch-all-objects --batch --unordered"
fi
place=${1:?what to scan}
other=${2:-$default}
: "${other:?a command to compare with}"
rounds=${3:-5}
cd_to=$PWD
(cd "$(dirname "$0")/.." && cargo build --release --quiet)
sprawl=$(cd "$(dirname "$0")/.." && pwd)/target/release/sprawl
cd "$cd_to"
python3 - "$rounds" "$sprawl $scan $place -q --no-config -f jsonl -o /dev/null" "$other" <<'PYTHON'
import os, shlex, statistics, subprocess, sys, time

rounds, commands = int(sys.argv[1]), sys.argv[2:]

def run(command):
    started = time.perf_counter()
    child = subprocess.Popen(shlex.split(command), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(child.pid, 0)
    return time.perf_counter() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024

for command in commands:
    run(command)
rows = [[run(command) for command in commands] for _ in range(rounds)]
medians = [[statistics.median(row[c][i] for row in rows) for i in range(3)] for c in range(2)]
for command, (wall, cpu, peak) in zip(commands, medians):
    print(f"{wall:8.3f} s wall {cpu:8.3f} s cpu {peak:7.0f} MiB  {command}")
(a, b) = medians
print(f"{b[0] / a[0]:8.2f} times faster, {a[1] / b[1]:.2f} of its CPU time, {a[2] / b[2]:.2f} of its memory")
PYTHON
