"""Ranking metrics, labelled pairs, paired tests."""
import numpy as np
import pandas as pd
import pytest
import regatta
from regatta import Graph, Model, measure_pairs, paired_test


@pytest.fixture(scope="module")
def parts(user_items):
    train, _, test = Graph.from_matrix(user_items).split(test_share=0.3, seed=3)
    return train, test, Model(preset="fast").fit(train)


def by_hand(model, train, test, k):
    """Recall and hit at k as docs/metrics.md defines them, from the lists of recommend."""
    recall, hit = [], []
    for user in range(60):
        wanted = set(test.history(user).items.tolist())
        if wanted:
            found = len(wanted & set(model.recommend(user, N=k)[0].tolist()))
            recall.append(found / len(wanted))
            hit.append(found > 0)
    return np.mean(recall), np.mean(hit)


def test_metrics_are_those_of_the_lists(parts):
    train, test, model = parts
    evaluation = model.evaluate(test, k=[3, 10], per_user=True)
    for k in (3, 10):
        recall, hit = by_hand(model, train, test, k)
        assert evaluation[f"recall@{k}"] == pytest.approx(recall, rel=1e-12)
        assert evaluation[f"hit@{k}"] == pytest.approx(hit, rel=1e-12)
    assert evaluation.per_user["ndcg@10"].mean() == pytest.approx(evaluation["ndcg@10"], rel=1e-12)
    assert len(evaluation.users) == evaluation.info["n_users"] == len(evaluation.per_user["auc@3"])
    assert evaluation.columns == ["metric", "@3", "@10"] and evaluation.column("metric")[0] == "recall"
    assert str(evaluation).splitlines()[1].startswith("recall ")
    assert evaluation.to_pandas().set_index("metric").loc["ndcg", "@10"] == evaluation["ndcg@10"]


def test_forms_of_the_test_part(parts, tmp_path):
    train, test, model = parts
    expected = model.evaluate(test)["ndcg@20"]
    assert model.evaluate(test.to_matrix())["ndcg@20"] == expected
    test.write(tmp_path / "test.tsv")
    assert model.evaluate(tmp_path / "test.tsv")["ndcg@20"] == expected
    coo = test.to_matrix().tocoo()
    frame = pd.DataFrame({"user": coo.row, "item": coo.col})
    assert model.evaluate(frame)["ndcg@20"] == expected
    folded = model.evaluate(test, history=train)
    assert folded["ndcg@20"] == pytest.approx(expected, abs=0.05)
    assert model.evaluate(test, history=[train]).info["n_users"] == folded.info["n_users"]


def test_matrix_of_a_model_with_ids(user_items):
    names = [f"u{k}" for k in range(60)], [f"i{k}" for k in range(20)]
    model = Model(preset="fast").fit(user_items, user_ids=names[0], item_ids=names[1])
    assert model.evaluate(user_items, keep_seen=True).info["n_unknown_users"] == 0
    with pytest.raises(ValueError, match="shape"):
        model.evaluate(user_items[:5], keep_seen=True)


def test_choices(parts):
    _, test, model = parts
    assert model.evaluate(test, items=[0, 1, 2]).info["n_outside"] > 0
    assert model.evaluate(test, unknown="skip")["recall@20"] >= model.evaluate(test)["recall@20"]
    with pytest.raises(ValueError, match="unknown is 'drop'"):
        model.evaluate(test, unknown="drop")
    with pytest.raises(ValueError, match="no test interaction"):
        model.evaluate(pd.DataFrame({"user": ["new"], "item": ["new"]}))


def test_paired():
    made = paired_test([1, 2, 3, 4], [0, 2, 2, 4])
    assert made["n"] == 4 and made["difference"] == 0.5
    assert made["t"] == pytest.approx(0.5 / (np.std([1, 0, 1, 0], ddof=1) / 2))
    with pytest.raises(ValueError, match="not pairs"):
        paired_test([1], [1, 2])


def test_pairs():
    made = measure_pairs(["a", "a", "b", "b"], [1, 0, 1, 0], [0.9, 0.1, 0.2, 0.8], probability=[0.9, 0.1, 0.2, 0.8])
    assert made["auc"] == 0.75 and made["gauc"] == 0.5 and made["n_users"] == 2
    assert made["log_loss"] == pytest.approx(-np.log([0.9, 0.9, 0.2, 0.2]).mean(), rel=1e-9)
    for labels, message in (([1, 2], "labels are 1"), ([1], "not the same number")):
        with pytest.raises(ValueError, match=message):
            measure_pairs([0, 0], labels, [0.1, 0.2])


def test_calibrate(parts):
    _, _, model = parts
    users, items = np.repeat(np.arange(60), 20), np.tile(np.arange(20), 60)
    labels = (items % 3 == users % 3).astype(int)
    fitted = model.calibrate(users, items, labels)
    scores, probabilities = fitted.score_pairs(users, items)
    assert (scores == model.score_pairs(users, items)[0]).all()
    assert probabilities.mean() == pytest.approx(labels.mean(), abs=0.02)
    with pytest.raises(ValueError, match="label"):
        model.calibrate([0], [0], [1])


def logged(model, n_users=20):
    """Every item at two positions for some users, shown with the same probability."""
    rows = [(u, i, p, ((u + 3 * i) % 7) / p) for u in range(n_users) for p in (1, 2) for i in range(20)]
    user, item, position, reward = (np.array(column) for column in zip(*rows))
    frame = pd.DataFrame({"user": user, "item": item, "slot": position, "reward": reward,
                          "propensity": np.full(user.size, 1 / 20)})
    ranked = [model.recommend(u, N=2)[0] for u in range(n_users)]
    value = np.mean([((u + 3 * ranked[u][p - 1]) % 7) / p for u in range(n_users) for p in (1, 2)])
    return frame, value


def test_logged_feedback(parts, tmp_path):
    model = parts[2]
    frame, value = logged(model)
    made = model.evaluate_logged(frame, {"position": "slot"})
    for estimator in ("ips", "snips", "dr"):
        assert made[estimator] == pytest.approx(value, rel=1e-9)
        assert made[estimator, "gain"] == pytest.approx(value - frame.reward.mean(), rel=1e-9)
    assert made["dr", "low"] < value < made["dr", "high"]
    assert made.info["n"] == len(frame) and made.info["n_matched"] == 40
    assert made.info["mean_weight"] == pytest.approx(1)
    again = model.evaluate_logged({name: frame[name] for name in frame}, {"position": "slot"})
    assert again.rows == made.rows
    frame.to_csv(tmp_path / "log.csv", index=False)
    assert model.evaluate_logged(tmp_path / "log.csv").rows == made.rows
    soft = model.evaluate_logged(frame, {"position": "slot"}, temperature=0.5, max_weight=3)
    assert soft.info["n_matched"] > 100 and soft.info["n_clipped"] > 0
    some = model.evaluate_logged(frame, {"position": "slot"}, items=[3, 4, 5], keep_seen=True)
    assert some.info["n_actions"] == 3 and some.info["n_outside"] == 20 * 2 * 17


def test_logged_feedback_that_is_wrong(parts, tmp_path):
    model = parts[2]
    frame, _ = logged(model)
    with pytest.raises(ValueError, match="no column 'reward'"):
        model.evaluate_logged(frame.drop(columns="reward"))
    with pytest.raises(ValueError, match="record 0: its propensity"):
        model.evaluate_logged(frame.assign(propensity=1.5))
    with pytest.raises(ValueError, match="row 0: the position -1"):
        model.evaluate_logged(frame.assign(position=-1))
    with pytest.raises(ValueError, match="shapes"):
        model.evaluate_logged({"user": [1], "item": [1], "reward": [1.0], "propensity": [0.5, 0.5]})
    with pytest.raises(ValueError, match="unknown user '77'"):
        model.evaluate_logged(frame.assign(user=77), strict=True)
    (tmp_path / "log.csv").write_text("user,item,click\n1,2,1\n")
    with pytest.raises(ValueError, match="log.csv:1: .*column of the propensity"):
        model.evaluate_logged(tmp_path / "log.csv")


def test_matrices_have_the_items_of_the_model(user_items, model):
    with pytest.raises(regatta.ArgumentError, match="10 columns: the model has 20 items"):
        model.evaluate(user_items[:, :10])
    for k in (-1, 0, [5, -1]):
        with pytest.raises(regatta.ArgumentError, match="k is"):
            model.evaluate(user_items, k=k)
    for call in (model.explain, model.explain_features):
        with pytest.raises(regatta.ArgumentError, match="N is -1"):
            call(0, 1, N=-1)
