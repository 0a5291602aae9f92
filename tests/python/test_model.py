"""Training, saving, copies, interrupts and threads of models."""
import copy
import json
import os
import pickle
import signal
import subprocess
import sys
import threading
import warnings

import numpy as np
import pandas as pd
import pytest
import regatta
from conftest import ROOT
from regatta import Model, capi


def answers(model, users=(0, 3, 59)):
    ids, scores = model.recommend(list(users), N=7)
    return ids.tolist(), scores.tolist()


def test_parameters_are_the_train_options():
    """Every train option is a parameter with the value of REGATTA_TRAIN_OPTIONS_INIT."""
    from regatta._training import options_of
    made, init = options_of(Model().get_params()), capi.regatta_train_options()
    assert bytes(made) == bytes(init)
    elsewhere = {"struct_size", "progress", "progress_state", "work", "work_state", "item_features",
                 "user_features", "item_groups", "sources", "n_sources", "checkpoint", "resume", "checkpoint_seconds", "memory_limit",
                 "init"}
    assert {f for f, _ in init._fields_} - elsewhere == set(Model().get_params()) - {"threads"}


def test_flags_are_true_or_false(user_items, model):
    from regatta._training import options_of
    options = options_of(Model(refit=np.bool_(False), dynamic=1).get_params())
    assert options.refit == 0 and options.dynamic == 1
    for call in (lambda: Model(refit="no").fit(user_items), lambda: Model(dynamic=2).fit(user_items),
                 lambda: Model(refit=None).fit(user_items), lambda: model.candidates(0, exact="no"),
                 lambda: model.recommend(0, filter_already_liked_items="no"),
                 lambda: model.evaluate(user_items, keep_seen="no"), lambda: model.prune(0.5, solve="no"),
                 lambda: model.convert(index="no"), lambda: model.update(user_items[:1], measure="no"),
                 lambda: Model().fit(user_items, show_progress="no"),
                 lambda: regatta.Graph.read("x", skip_bad="no")):
        with pytest.raises(TypeError, match="not True or False"):
            call()


@pytest.mark.parametrize("params,message", [
    ({"preset": "quick"}, "preset is 'quick': not one of default, fast, best"),
    ({"heads": -1}, "heads is -1"), ({"valid_share": 0.7}, "valid_share"), ({"threads": 5000}, "threads"),
    ({"channels": "nothing"}, "nothing"), ({"channels": ["items", "x"]}, "x")])
def test_wrong_parameters(params, message, user_items):
    with pytest.raises(ValueError, match=message):
        Model(**params).fit(user_items)
    with pytest.raises(TypeError):
        Model(heads="two").fit(user_items)


def test_get_and_set_params():
    model = Model(dim=32, channels=["items"])
    assert model.get_params()["dim"] == 32 and repr(model) == "Model(channels=['items'], dim=32)"
    again = Model(**model.get_params())
    assert again.get_params() == model.get_params()
    with pytest.raises(ValueError, match="unknown parameter 'factors'"):
        model.set_params(factors=3)
    sklearn = pytest.importorskip("sklearn.base")
    assert sklearn.clone(model).get_params() == model.get_params()


def test_not_fitted():
    with pytest.raises(regatta.NotFittedError, match="not fitted"):
        Model().recommend(0)
    assert not hasattr(Model(), "n_users")  # as scikit-learn's check_is_fitted expects


def test_save_and_load(model, tmp_path):
    path = tmp_path / "a.model"
    model.save(path)
    loaded = Model.load(path)
    assert answers(loaded) == answers(model)
    assert loaded.get_params()["preset"] == "fast" and loaded.item_ids.dtype == np.int64
    assert Model.load(path, ids="str").item_ids[0] == "0"
    assert path.read_bytes() == model.to_bytes()
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(regatta.FormatError, match="a.model"):
        Model.load(path)
    with pytest.raises(OSError):
        model.save(tmp_path / "no" / "folder")


def test_channels_of_a_loaded_model(user_items, tmp_path, monkeypatch):
    """A model that records the channels that were asked for is trained with them again."""
    asked = Model(preset="fast", channels=["items", "users"]).fit(user_items)
    asked.save(tmp_path / "asked")
    monkeypatch.setattr(Model, "settings", property(
        lambda self, read=Model.settings.fget: {**read(self), "options": {
            **read(self)["options"], "channels": ["items", "users"]}}))
    loaded = Model.load(tmp_path / "asked")
    assert loaded.get_params()["channels"] == ["items", "users"]
    assert loaded.fit(user_items).to_bytes() == asked.to_bytes()
    monkeypatch.setattr(Model, "settings", property(
        lambda self, read=Model.settings.fget: {**read(self), "options": {
            **read(self)["options"], "channels": None}}))
    assert Model.load(tmp_path / "asked").channels is None


def test_shards(model, tmp_path):
    index = tmp_path / "m.safetensors.index.json"
    model.save(index, shards=3)
    files = sorted(p.name for p in tmp_path.iterdir())
    assert len(files) == 4 and files[0].endswith("-00001-of-00003.safetensors")
    assert Model.load(index).to_bytes() == model.to_bytes()

    # as any tool reads the convention
    named = json.loads(index.read_text())
    found = {}
    for name in files[:3]:
        content = (tmp_path / name).read_bytes()
        length = int.from_bytes(content[:8], "little")
        for tensor, entry in json.loads(content[8:8 + length]).items():
            if tensor == "__metadata__" or tensor == "checksum" or tensor.startswith("pad."):
                continue
            assert named["weight_map"][tensor] == name
            found[tensor] = entry["data_offsets"][1] - entry["data_offsets"][0]
    assert set(found) == set(named["weight_map"])
    assert sum(found.values()) == named["metadata"]["total_size"]

    model.save(index)  # as the command: one shard, and those before are removed
    assert len(list(tmp_path.iterdir())) == 2
    assert Model.load(index).to_bytes() == model.to_bytes()
    model.save(index, shards=2)
    assert len(list(tmp_path.iterdir())) == 3
    next(tmp_path.glob("*-00002-of-00002.safetensors")).unlink()
    with pytest.raises(OSError, match="00002-of-00002"):
        Model.load(index)
    for shards in (0, 257):
        with pytest.raises(regatta.ArgumentError, match="shards"):
            model.save(index, shards=shards)
    with pytest.raises(ValueError, match="index"):
        model.save(tmp_path / "m.model", shards=2)


def test_pickle_and_copies(vector_model, tmp_path):
    for made in (pickle.loads(pickle.dumps(vector_model)), copy.copy(vector_model), copy.deepcopy(vector_model)):
        assert answers(made) == answers(vector_model)
        assert made.get_params() == vector_model.get_params()
    unfitted = pickle.loads(pickle.dumps(Model(dim=16)))
    assert unfitted.dim == 16
    frame = pd.DataFrame({"user": ["1", "2", "1"], "item": ["5", "6", "6"]})
    strings = Model(preset="fast", valid_share=0).fit(frame)
    assert pickle.loads(pickle.dumps(strings)).item_ids.tolist() == ["5", "6"]


def test_same_bytes_as_the_command(tmp_path, user_items):
    """The command and Python train the same model from the same file, at other thread counts."""
    command = os.environ.get("REGATTA_COMMAND")
    if not command:
        pytest.skip("REGATTA_COMMAND is not set")
    regatta.Graph.from_matrix(user_items).write(tmp_path / "x.tsv")
    subprocess.run([command, "train", str(tmp_path / "x.tsv"), "-o", str(tmp_path / "c.model"), "--dim", "8",
                    "--threads", "1", "-q"], check=True)
    model = Model(dim=8, threads=2).fit(str(tmp_path / "x.tsv"))
    assert model.to_bytes() == (tmp_path / "c.model").read_bytes()
    out = subprocess.run([command, "recommend", str(tmp_path / "c.model"), "--user", "3", "-k", "4"], check=True,
                         capture_output=True, text=True).stdout
    ids, scores = model.recommend(3, N=4)
    assert [(int(line.split("\t")[1]), np.float32(line.split("\t")[3])) for line in out.splitlines()] == [
        (i, s) for i, s in zip(ids, scores)]


def test_matrix_frame_and_edges_make_the_same_model(user_items):
    coo = user_items.tocoo()
    frame = pd.DataFrame({"user": coo.row, "item": coo.col})
    frame = frame.sort_values(["user", "item"])
    a = Model(preset="fast").fit(user_items.astype(bool))
    b = Model(preset="fast").fit(regatta.Graph.from_edges(coo.row, coo.col, n_items=20))
    assert a.to_bytes() == b.to_bytes()
    c = Model(preset="fast").fit(frame)  # ids in another order
    assert sorted(c.item_ids.tolist()) == list(range(20))
    assert np.allclose(c.score(3, [0, 5]), a.score(3, [0, 5]), atol=0.2)


def test_callback_and_work(user_items):
    seen = []
    model = Model(dim=8, max_steps=40).fit(user_items, callback=seen.append)
    assert seen and {p.stage for p in seen} > {"validate"} and seen[-1].seconds >= 0
    assert {w.part for w in model.work_} >= {"slice", "whole"} and not model.interrupted_
    steps = []

    def stop(progress):
        steps.append(progress.stage)
        return len(steps) == 2

    assert Model(dim=8).fit(user_items, callback=stop).n_items == 20


def test_exception_in_the_callback_cancels(user_items):
    model = Model(preset="fast").fit(user_items)
    before = answers(model)

    def fail(_):
        raise ZeroDivisionError("of the callback")

    with pytest.raises(ZeroDivisionError, match="of the callback"):
        model.set_params(preset="default").fit(user_items, callback=fail)
    assert answers(model) == before


def interrupt(times):
    count = [0]

    def callback(_):
        count[0] += 1
        if count[0] <= times:
            signal.raise_signal(signal.SIGINT)
    return callback


@pytest.mark.skipif(threading.current_thread() is not threading.main_thread(), reason="needs signals")
def test_interrupt_keeps_the_best_state(user_items):
    model = Model(dim=8)
    with pytest.warns(RuntimeWarning, match="best state so far"):
        model.fit(user_items, callback=interrupt(1))
    assert model.interrupted_ and len(model.recommend(0)[0]) == 10
    before = answers(model)
    with pytest.raises(KeyboardInterrupt):
        model.fit(user_items, callback=interrupt(2))
    assert answers(model) == before
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_ctrl_c_of_a_process():
    """SIGINT from outside: the process ends with a model, long before the last step."""
    code = ("import conftest, regatta, warnings; warnings.simplefilter('ignore')\n"
            "m = regatta.Model(dim=8, max_steps=1000000, patience=1000).fit(conftest.toy(),\n"
            "    callback=lambda p: print(p.stage, flush=True) if p.done else None)\n"
            "print('kept', m.interrupted_, len(m.recommend(0)[0]))")
    env = {**os.environ, "PYTHONPATH": os.path.join(ROOT, "tests", "python")}
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env=env, text=True)
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    assert process.communicate()[0].splitlines()[-1] == "kept True 10"
    assert process.returncode == 0


def test_threads_answer_at_once(vector_model):
    expected = vector_model.recommend_all(N=5)
    wrong = []

    def ask(k):
        for user in range(k, 60, 4):
            ids, scores = vector_model.recommend(user, N=5)
            if (ids != expected[0][user]).any() or (scores != expected[1][user]).any():
                wrong.append(user)
            vector_model.similar_items(user % 20, N=3)
            vector_model.candidates(user, N=5)

    threads = [threading.Thread(target=ask, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_calls_release_the_gil(user_items):
    """Another thread runs while the library trains, between two reports of progress."""
    ticks, done = [0], threading.Event()

    def tick():
        while not done.is_set():
            ticks[0] += 1

    thread = threading.Thread(target=tick)
    thread.start()
    seen = []
    Model(dim=8).fit(user_items, callback=lambda p: seen.append(ticks[0]))
    done.set()
    thread.join()
    assert seen[-1] > seen[0]


def test_fork_is_refused(model):
    model.recommend(0)
    pid = os.fork()
    if pid == 0:
        try:
            model.recommend(0)
        except regatta.RegattaError as error:
            os._exit(7 if "fork" in str(error) else 1)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7


def test_progress_bar(user_items, capsys):
    pytest.importorskip("tqdm")
    Model(preset="fast").fit(user_items, show_progress=True)
    assert "%" in capsys.readouterr().err
    Model(preset="fast").fit(user_items)
    assert capsys.readouterr().err == ""  # no terminal, no bar


def test_memory_is_given_back(user_items):
    """Models and graphs are freed: a thousand of them do not grow the process."""
    def resident():
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1])

    for _ in range(50):
        regatta.Graph.from_matrix(user_items)
    before = resident()
    for _ in range(1000):
        regatta.Graph.from_matrix(user_items)
    assert resident() - before < 2000  # pages; a thousand graphs would take more


def test_warnings_are_errors_nowhere(user_items):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Model(preset="fast").fit(user_items).recommend(0)


def test_a_training_resumes(user_items, tmp_path):
    folder = tmp_path / "checkpoint"
    parameters = {"dim": 8, "max_steps": 10, "seed": 3}
    whole = Model(**parameters).fit(user_items, show_progress=False)
    reports = []

    def cancel(report):
        reports.append(report)
        if len(reports) == 9:
            raise RuntimeError("enough")

    with pytest.raises(RuntimeError):
        Model(**parameters).fit(user_items, callback=cancel, checkpoint=folder)
    with pytest.raises(regatta.ArgumentError, match="differs in dim: '8' there, '16' here"):
        Model(dim=16, max_steps=10, seed=3).fit(user_items, resume=folder)
    resumed = Model(threads=1, **parameters).fit(user_items, show_progress=False, resume=folder)
    assert resumed.to_bytes() == whole.to_bytes()


def test_forms_of_attention(user_items) -> None:
    groups = {int(item): {"even" if item % 2 == 0 else "odd": 1.0}
              for item in range(user_items.shape[1])}
    options = {"channels": "vectors", "dim": 8, "heads": 2, "max_steps": 5}
    given = Model(attention="cosine", share="layers", **options).fit(
        user_items, item_groups=groups)
    assert given.get_params()["share"] == "layers"
    found = Model(hierarchy="communities", **options).fit(user_items)
    assert found.recommend(0)[0].shape == given.recommend(0)[0].shape
    with pytest.raises(ValueError, match="no effect"):
        Model(hierarchy="communities", **options).fit(user_items, item_groups=groups)


def test_starts_from_another_model(user_items, tmp_path) -> None:
    parameters = dict(channels="vectors", dim=8, max_steps=6, temperature=0.15)
    first = regatta.Model(**parameters).fit(user_items)
    path = tmp_path / "first.model"
    first.save(path)
    plain = regatta.Model(**parameters).fit(user_items).to_bytes()
    started = regatta.Model(**parameters).fit(user_items, init=first)
    assert started.to_bytes() != plain
    assert started.to_bytes() == regatta.Model(**parameters).fit(user_items, init=path).to_bytes()
    assert started.settings["training"]["init"]["users"] == first.n_users
    with pytest.raises(regatta.ArgumentError, match="8 numbers"):
        regatta.Model(**{**parameters, "dim": 16}).fit(user_items, init=first)


def test_vectors_of_features(user_items) -> None:
    tags = {str(i): ["even" if i % 2 == 0 else "odd"] for i in range(user_items.shape[1])}
    model = regatta.Model(max_steps=4, dim=8, temperature=0.15, feature_vectors="always").fit(
        user_items, item_features=tags)
    assert model.settings["options"]["feature_vectors"] == "always"
    assert model.settings["training"]["feature_vectors"]["items"] == 2
    with pytest.raises(regatta.ArgumentError, match="feature_vectors"):
        regatta.Model(feature_vectors="always").fit(user_items)


def test_memory_limit(user_items):
    regatta.set_memory_limit(300_000)
    try:
        with pytest.raises(regatta.OutOfMemoryError, match="memory_limit|are allowed"):
            Model(preset="fast").fit(user_items, show_progress=False)
        regatta.set_memory_limit(10**9)
        model = Model(preset="fast").fit(user_items, show_progress=False)
    finally:
        regatta.set_memory_limit(0)
    assert model.to_bytes() == Model(preset="fast").fit(user_items, show_progress=False).to_bytes()
    with pytest.raises(regatta.ArgumentError, match="limit is -1"):
        regatta.set_memory_limit(-1)


def test_pruned_channels(user_items):
    model = Model(channels="vectors,items,users", dim=8, max_steps=5, valid_share=0.0).fit(user_items)
    pruned = model.prune(drop=["users"])
    assert pruned.prune_["dropped"] == ["users"] and pruned.prune_["edges_after"] > 0
    assert model.prune(drop="vectors,users").prune_["dropped"] == ["vectors", "users"]
    assert model.prune(0.5, drop="users").prune_["edges_after"] < pruned.prune_["edges_after"]
    assert model.prune(0.5).prune_["dropped"] == []
    with pytest.raises(regatta.ArgumentError, match="unseen users"):
        model.prune(drop="vectors,items")
    with pytest.raises(regatta.ArgumentError, match="name the channels"):
        model.prune(drop="auto")
