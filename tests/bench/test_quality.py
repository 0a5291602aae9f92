"""bench/quality.py on a small split: rows, seeds, resuming, failures and tables.

    test_quality.py BENCH_FOLDER REGATTA
"""
import csv
import os
import subprocess
import sys
import tempfile
import unittest

BENCH, REGATTA = sys.argv[1:3]


def planted():
    """Two groups of users and items: (train, test) in LightGCN text. The last user's test
    list has an item that the training part lacks."""
    train, test = [], []
    for user in range(60):
        first = 20 * (user % 2)
        items = [first + (user * 7 + step * step) % 20 for step in range(8)]
        items = list(dict.fromkeys(items))
        train.append(" ".join(map(str, [user] + items[:-1])))
        test.append(f"{user} {items[-1]}")
    test[-1] += " 999"
    return "\n".join(train) + "\n", "\n".join(test) + "\n"


class Quality(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.out = os.path.join(self.folder.name, "rows.csv")
        data = os.path.join(self.folder.name, "lastfm")
        os.mkdir(data)
        for name, text in zip(("train.txt", "test.txt"), planted()):
            with open(os.path.join(data, name), "w") as f:
                f.write(text)

    def tearDown(self):
        self.folder.cleanup()

    def call(self, *options, code=0):
        done = subprocess.run(
            [sys.executable, os.path.join(BENCH, "quality.py"), "--out", self.out, *options],
            capture_output=True, text=True)
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stdout

    def run_headline(self, *options, code=0, regatta=REGATTA):
        return self.call("--data", self.folder.name, "--only", "lastfm", "--set", "headline",
                         "--threads", "1", "--regatta", regatta, *options, code=code)

    def rows(self):
        with open(self.out, newline="") as f:
            return list(csv.DictReader(f))

    def test_seeds_are_rows_and_are_not_repeated(self):
        self.run_headline("--seeds", "2")
        rows = self.rows()
        self.assertEqual([r["seed"] for r in rows], ["1", "2"])
        for row in rows:
            self.assertEqual(row["status"], "ok")
            # One of 61 test items is unknown: a miss by default.
            self.assertLess(float(row["recall@20"]), float(row["skip_recall@20"]))
        self.assertEqual(self.run_headline("--seeds", "2"), "")
        self.assertEqual(self.run_headline("--again", "--runs", "fast"), "")
        self.assertEqual(self.rows(), rows)
        self.run_headline("--seeds", "3")
        self.assertEqual([r["seed"] for r in self.rows()], ["1", "2", "3"])

    def test_tables_have_mean_deviation_and_ratio(self):
        with open(self.out, "w", newline="") as f:
            writer = csv.writer(f, lineterminator="\n")
            writer.writerow(["data", "set", "name", "options", "seed", "recall@20", "ndcg@20",
                             "skip_recall@20", "skip_ndcg@20", "chosen", "status"])
            for row in (["headline", "default", "", "1", ".30", ".20", ".31", ".20", ""],
                        ["headline", "default", "", "2", ".32", ".24", ".33", ".24", ""],
                        ["baselines", "EASE", "", "1", ".2", ".2", ".2", ".2", "l2=5"],
                        ["baselines", "item kNN", "", "1", ".1", ".1", ".1", ".1", ""]):
                writer.writerow(["lastfm", *row, "ok"])
        tables = self.call("--render")
        # Means .31 and .22; deviations .02 / sqrt 2 and .04 / sqrt 2; .22 is 10 % above .2.
        self.assertIn("| .3100 / .2200 | .0141 / .0283 | 2 | +10.0 % |", tables)
        self.assertIn("| lastfm |  | l2=5 |  |  |", tables)
        self.assertIn("| gowalla |  |  | .1765 / .1467 (published) |", tables)
        self.assertIn("| lastfm | default | .30 / .20 | .31 / .20 |", tables)

    def test_a_failure_is_a_row_and_is_tried_again(self):
        self.run_headline("--seeds", "1", code=1, regatta="/bin/false")
        self.assertTrue(self.rows()[0]["status"].startswith("failed: train: exit 1"))
        self.run_headline("--seeds", "1")
        self.assertEqual([r["status"][:6] for r in self.rows()], ["failed", "ok"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
