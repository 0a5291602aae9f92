"""bench/sequence.py on a small data set: rows, resuming, shuffled order, skipped runs, tables.

    test_sequence.py BENCH_FOLDER REGATTA
"""
import csv
import gzip
import os
import subprocess
import sys
import tempfile
import unittest

BENCH, REGATTA = sys.argv[1:3]
sys.path.insert(0, BENCH)
import sequence  # noqa: E402


def planted():
    """Walks of 60 users around two rings of 20 items: rows of train, valid and test."""
    parts = {"train": [], "valid": [], "test": []}
    for user in range(60):
        ring, step = 20 * (user % 2), 0
        for k in range(9):
            part = "test" if k == 8 else "valid" if k == 7 else "train"
            parts[part].append(f"u{user}\ti{ring + (user + step) % 20}\t{60 * k}\n")
            step += 1 + (user + k) % 2
    return parts


class Sequence(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.out = os.path.join(self.folder.name, "rows.csv")
        data = os.path.join(self.folder.name, "beauty", "sequence")
        os.makedirs(data)
        for part, rows in planted().items():
            with gzip.open(os.path.join(data, part + ".tsv.gz"), "wt") as f:
                f.writelines(rows)

    def tearDown(self):
        self.folder.cleanup()

    def call(self, *options, code=0):
        done = subprocess.run(
            [sys.executable, os.path.join(BENCH, "sequence.py"), "--out", self.out, *options],
            capture_output=True, text=True)
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stdout

    def run_set(self, which, *options, code=0, regatta=REGATTA):
        return self.call("--data", self.folder.name, "--only", "beauty/sequence", "--set", which,
                         "--threads", "1", "--regatta", regatta, *options, code=code)

    def rows(self):
        with open(self.out, newline="") as f:
            return list(csv.DictReader(f))

    def test_rows_are_not_repeated_and_are_rendered(self):
        self.run_set("alone", "--runs", "items alone")
        row, = self.rows()
        self.assertEqual((row["name"], row["options"]), ("items alone", "--channels items"))
        self.assertEqual(row["status"], "ok")
        self.assertLessEqual(float(row["hit@5"]), float(row["hit@20"]))
        self.assertGreater(float(row["hit@20"]), 0.5)
        self.assertEqual(self.run_set("alone", "--runs", "items alone"), "")
        self.run_set("alone", "--runs", "items alone", "--again")
        self.assertEqual(len(self.rows()), 2)
        tables = self.call("--render")
        self.assertIn("| items alone | `--channels items` |", tables)
        self.assertIn("published: BSARec", tables)

    def test_the_protocol_is_leave_one_out(self):
        self.run_set("alone", "--runs", "items alone")
        folder = os.path.join(self.folder.name, "beauty", "sequence")
        train, valid, test = (os.path.join(folder, p + ".tsv.gz")
                              for p in ("train", "valid", "test"))
        model = os.path.join(self.folder.name, "m.regatta")
        roles = ["--user-column", "1", "--item-column", "2", "--time-column", "3"]
        subprocess.run([REGATTA, "train", "-q", train, "-o", model, "--channels", "items", "-t",
                        "1", *roles], check=True)
        table = subprocess.run([REGATTA, "evaluate", "-q", model, test, "--history", train,
                                "--history", valid, "-k", "10", *roles], check=True,
                               capture_output=True, text=True).stdout
        self.assertIn(f"hit\t{self.rows()[0]['hit@10']}\n", table)

    def test_shuffled_keeps_items_and_times(self):
        rows = planted()["train"]
        path, first, again, other = (os.path.join(self.folder.name, n) for n in "pabc")
        with open(path, "w") as f:
            f.writelines(rows)
        for out, seed in ((first, 1), (again, 1), (other, 2)):
            sequence.shuffled(path, out, seed)
        texts = []
        for out in (first, again, other):
            with open(out) as f:
                texts.append(f.read())
        self.assertEqual(texts[0], texts[1])
        self.assertNotEqual(texts[0], texts[2])
        mixed = texts[0].splitlines(keepends=True)
        self.assertNotEqual(mixed, rows)
        for column in (0, 2):
            self.assertEqual([r.split()[column] for r in mixed],
                             [r.split()[column] for r in rows])
        self.assertEqual(sorted(r.split()[:2] for r in mixed),
                         sorted(r.split()[:2] for r in rows))
        self.run_set("order", "--runs", "shuffled,without times")
        self.assertEqual([(r["name"], r["status"]) for r in self.rows()],
                         [("shuffled", "ok"), ("without times", "ok")])

    def test_unknown_options_are_skipped(self):
        text = ("Options:\n  -o, --output MODEL  Write.\n      --seed N    Set (default: 1).\n"
                "      --channels NAME[,NAME..]\n     Use these (vectors|items|\n"
                "                spectral; default: all).\n")
        known = sequence.options_of(text)
        self.assertEqual(known["--channels"], {"vectors", "items", "spectral"})

        def missing(*options):
            return sequence.unknown(sequence.Run("d", "s", "n", options), known)

        self.assertIsNone(missing("--channels", "items", "--seed", "5"))
        self.assertEqual(missing("--channels", "order"), "--channels order")
        self.assertEqual(missing("--sequence", "auto"), "--sequence")

    def test_a_failure_is_a_row_and_is_tried_again(self):
        fake = os.path.join(self.folder.name, "fake")
        with open(fake, "w") as f:
            f.write("#!/bin/sh\n[ \"$2\" = --help ] && echo '  --channels NAME' && exit 0\n"
                    "echo no luck >&2\nexit 3\n")
        os.chmod(fake, 0o755)
        for n in (1, 2):
            self.run_set("alone", "--runs", "items alone", code=1, regatta=fake)
            self.assertEqual([r["status"] for r in self.rows()],
                             ["failed: train: exit 3: no luck"] * n)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
