#!/usr/bin/env python3
"""Training by several processes: bytes moved, memory and time beside the formulas of docs/scale.md.

    bench/ranks.py --build build/release                    # traffic at 1 to 4 ranks, small graph
    bench/ranks.py --build build/release --large            # time and memory, 1M x 200k x 30M
    bench/ranks.py --build build/release --large --steps 5 --rounds 3   # vectors alone
    bench/ranks.py --build build/release --items            # item tables whole and in panels, 20k x 200k
    bench/ranks.py --forecast                               # a billion interactions

Ranks of one machine read each other's memory (CMA), unless OMPI_MCA_btl_vader_single_copy_mechanism=none
forbids it, as some containers do: then a transfer needs both ranks, and neither computes meanwhile.
Needs regatta-mpi (REGATTA_MPI) and Open MPI's mpirun. Traffic is counted by the ranks themselves
(`regatta_ctx_traffic`, in the report of train); memory is the peak of each process.
"""
import argparse
import json
import math
import os
import re
import subprocess
import sys
import tempfile

BLOCK_USERS, CHUNKS, CHUNK_ITEMS = 192, 32, 256  # src/gat/loss_softmax.c
OVERSAMPLE, ITERATIONS = 8, 5                    # src/linalg/randomized_svd.c, src/gat/svd_start.c
GRAM_BLOCKS, GRAM_ROWS = 64, 4096                # src/linalg/orthonormal.c
NEIGHBOURS, TABLE_BYTES = 200, 64 << 20          # src/ridge/item_attention.c


def chunks_of(items):
    """Chunks of the softmax over so many items."""
    blocks = math.ceil(items / CHUNK_ITEMS)
    return math.ceil(blocks / math.ceil(blocks / CHUNKS))


def blocks_of(users):
    """Blocks of the Gram matrix of so many rows."""
    return math.ceil(users / max(math.ceil(users / GRAM_BLOCKS), GRAM_ROWS))


def panels_traffic(items, dim, steps, ranks):
    """Bytes that rank 0 receives with item tables in panels: (more in gathers, from the last rank)."""
    table = steps * 4 * items * dim
    return -table / ranks, table / ranks


def vectors_traffic(users, items, dim, layers, steps, batch, ranks, softmax_items=0):
    """Bytes that a rank receives in gathers, and sends to the next rank, for vectors alone without
    validation: (gathered, sent). The last rank sends nothing, the first receives nothing."""
    if ranks == 1:
        return 0.0, 0.0
    others = (ranks - 1) / ranks
    columns = min(dim + OVERSAMPLE, users, items)
    width = min(softmax_items or items, items)
    blocks = math.ceil(users / batch)
    batch = math.ceil(users / blocks)
    grams = (ITERATIONS + 2) * blocks_of(users) * columns * columns * 8
    start_table, table = 4 * items * columns, 4 * items * dim
    chains = (ITERATIONS + 1) * start_table + (2 * layers * steps + layers) * table
    parts = math.ceil(batch / BLOCK_USERS) * chunks_of(width) * BLOCK_USERS * (4 * dim + 8)
    step = 4 * batch * dim + parts + 4 * width * (dim + 1)
    ends = 2 * 4 * users * dim
    return chains + others * (grams + steps * step + ends), chains


def items_traffic(items, entries, hubs, ranks):
    """Bytes that a rank receives for one local ridge with so many neighbours in all."""
    others = (ranks - 1) / ranks
    return others * (12 * entries + 4 * items + 4 * hubs * hubs)


def generate(build, folder, users, items, edges):
    path = os.path.join(folder, f"{users}.tsv")
    subprocess.run([os.path.join(build, "bench", "generate"), "--users", str(users), "--items",
                    str(items), "--edges", str(edges), "-o", path], check=True)
    return path


def launch(build, ranks, threads, arguments):
    """Runs regatta-mpi train; returns its report, wall seconds, and the peak MB of each rank."""
    environment = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1",
                       OMPI_MCA_rmaps_base_oversubscribe="1", OMPI_MCA_btl="self,vader",
                       OMPI_MCA_hwloc_base_binding_policy="none", OMP_WAIT_POLICY="passive")
    command = ["mpirun", "-n", str(ranks), "/usr/bin/time", "-f", "peak %M wall %e cpu %U",
               os.path.join(build, "bin", "regatta-mpi"), "train", "-q", "-t", str(threads),
               *arguments]
    with tempfile.TemporaryDirectory() as folder:
        report = os.path.join(folder, "report.json")
        run = subprocess.run([*command, "-o", os.path.join(folder, "model"), "--report", report],
                             env=environment, stderr=subprocess.PIPE, text=True)
        if run.returncode != 0:
            sys.exit(run.stderr)
        found = re.findall(r"peak (\d+) wall ([\d.]+) cpu ([\d.]+)", run.stderr)
        with open(report) as file:
            return (json.load(file), max(float(wall) for _, wall, _ in found),
                    sorted((int(peak) * 1024 / 1e6 for peak, _, _ in found), reverse=True),
                    sum(float(cpu) for _, _, cpu in found))


def small(build, folder):
    users, items, edges, dim, steps, batch = 60000, 10000, 1200000, 64, 5, 2048
    path = generate(build, folder, users, items, edges)
    print(f"{users} x {items}, {edges} interactions, dimension {dim}, 2 layers, {steps} steps of {batch}")
    print("| channel | ranks | received (MB) | formula (MB) | sent (MB) | formula (MB) |\n|---|---|---|---|---|---|")
    for ranks in (1, 2, 3, 4):
        report = launch(build, ranks, 1, [path, "--channels", "vectors", "--valid", "0", "--dim", str(dim),
                                          "--steps", str(steps), "--batch", str(batch),
                                          "--temperature", "0.15"])[0]
        row(report, "vectors", ranks, *vectors_traffic(users, items, dim, 2, steps, batch, ranks))
    for ranks in (2, 4):
        report = launch(build, ranks, 1, [path, "--channels", "items", "--valid", "0"])[0]
        hubs = min(items, math.isqrt(TABLE_BYTES // 4))
        row(report, "items", ranks, items_traffic(items, items * NEIGHBOURS, hubs, ranks), 0.0)


def row(report, channel, ranks, gathered, sent):
    moved = report.get("ranks", {"gathered_bytes": 0, "sent_bytes": 0})
    print(f"| {channel} | {ranks} | {moved['gathered_bytes'] / 1e6:.1f} | {gathered / 1e6:.1f} "
          f"| {moved['sent_bytes'] / 1e6:.1f} | {sent / 1e6:.1f} |")


def many_items(build, folder):
    users, edges, dim, steps, batch, sample = 20000, 1000000, 64, 5, 1024, 8192
    path = generate(build, folder, users, 200000, edges)
    print("| ranks | item tables | largest peak (MB) | smallest (MB) | received in gathers (MB) | formula (MB) "
          "| from the last rank (MB) | formula (MB) |\n|---|---|---|---|---|---|---|---|")
    for ranks in (1, 2, 4):
        for tables in ("whole", "panels") if ranks > 1 else ("whole",):
            report, _, peaks, _ = launch(build, ranks, 1, [
                path, "--channels", "vectors", "--valid", "0", "--dim", str(dim), "--steps", str(steps), "--batch",
                str(batch), "--softmax-items", str(sample), "--temperature", "0.15", "--item-tables", tables])
            moved = report.get("ranks", {"gathered_bytes": 0, "received_bytes": 0})
            items = report["model"]["items"]
            gathered = vectors_traffic(users, items, dim, 2, steps, batch, ranks, sample)[0]
            more, last = panels_traffic(items, dim, steps, ranks) if tables == "panels" else (0.0, 0.0)
            print(f"| {ranks} | {tables} | {peaks[0]:.0f} | {peaks[-1]:.0f} | {moved['gathered_bytes'] / 1e6:.1f} "
                  f"| {(gathered + more) / 1e6:.1f} | {moved['received_bytes'] / 1e6:.1f} | {last / 1e6:.1f} |",
                  flush=True)


def large(build, folder, steps, rounds):
    path = generate(build, folder, 1000000, 200000, 30000000)
    options = [path] + (["--channels", "vectors", "--valid", "0", "--temperature", "0.15", "--steps", str(steps)]
                        if steps else [])
    print("| ranks | threads | wall (s) | processor (s) | largest peak (MB) | received by rank 0 (GB) |\n"
          "|---|---|---|---|---|---|")
    for ranks, threads in ((1, 2), (2, 1)) * rounds:
        report, wall, peaks, cpu = launch(build, ranks, threads, options)
        received = report.get("ranks", {"gathered_bytes": 0})["gathered_bytes"]
        print(f"| {ranks} | {threads} | {wall:.0f} | {cpu:.0f} | {peaks[0]:.0f} | {received / 1e9:.2f} |", flush=True)


# Bytes: of an interaction in the graph and the sequences; of a user or item with its name.
GRAPH_BYTES, NODE_BYTES = 10, 40
STEP_SPEED = 2.5e10 / 2  # operations a second of one core (src/channel/fit/vectors/vectors_job.c)


def forecast():
    users, items, edges, dim, layers, steps, batch = 1e8, 1e7, 1e9, 64, 2, 100, 4096
    cores = 32
    print("| machines | data (GB) | items' tables | in panels | users' tables | end of the fit | compute (min) | 10 Gbit/s (min) | 100 Gbit/s (min) |\n"
          "|---|---|---|---|---|---|---|---|---|")
    operations = (6 * batch * 65536 + 8 * edges * layers * 2) * (dim + 32)
    for ranks in (8, 32, 128):
        tables, panels = 7 + layers, 4
        data = edges * GRAPH_BYTES + (users + items) * NODE_BYTES + edges * 2 * 8 / ranks
        gathered, sent = vectors_traffic(int(users), int(items), dim, layers, steps, batch, ranks, 65536)
        compute = steps * operations / (STEP_SPEED * cores * ranks)
        moved = gathered + sent
        print(f"| {ranks} | {data / 1e9:.0f} | {tables * items * dim * 4 / 1e9:.0f} "
              f"| {(tables - panels + panels / ranks) * items * dim * 4 / 1e9:.0f} "
              f"| {tables * users * dim * 4 / ranks / 1e9:.0f} "
              f"| {(2 * users + (5 + layers) * items) * dim * 4 / 1e9:.0f} "
              f"| {compute / 60:.1f} | {moved / 1.25e9 / 60:.0f} | {moved / 1.25e10 / 60:.1f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--steps", type=int, default=0, help="with --large: vectors alone, this many steps")
    parser.add_argument("--rounds", type=int, default=1, help="with --large: pairs of 1 and 2 ranks")
    parser.add_argument("--items", action="store_true", help="item tables whole and in panels")
    parser.add_argument("--forecast", action="store_true")
    options = parser.parse_args()
    if options.forecast:
        forecast()
        return
    with tempfile.TemporaryDirectory() as folder:
        if options.items:
            many_items(options.build, folder)
        elif options.large:
            large(options.build, folder, options.steps, options.rounds)
        else:
            small(options.build, folder)


if __name__ == "__main__":
    main()
