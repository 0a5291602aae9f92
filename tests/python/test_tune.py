"""tune: the same trials as the command, parameters by their Python names, what is refused."""
import numpy as np
import pytest
import regatta
import scipy.sparse as sp


@pytest.fixture(scope="module")
def matrix():
    """Users and items in four groups; nine of ten interactions stay inside."""
    random = np.random.default_rng(3)
    users = np.repeat(np.arange(150), 10)
    items = random.integers(0, 10, users.size) * 4
    items += np.where(random.random(users.size) < 0.9, users % 4, random.integers(0, 4, users.size))
    made = sp.csr_matrix((np.ones(users.size), (users, items)), shape=(150, 40))
    made.data[:] = 1
    return made


def weak(**parameters):
    """Vectors that start at random and barely move."""
    return regatta.Model(**{"channels": "vectors", "start": "random", "dim": 8, "max_steps": 8,
                            "temperature": 0.2, "learning_rate": 1e-4, **parameters})


SPACE = {"learning_rate": [0.05, 1e-6], "l2": ("log", 1e-9, 1e-7)}


def test_winner_and_its_model(matrix):
    seen = []
    tuning = regatta.tune(matrix, SPACE, defaults=weak(), trials=4, folds=2, callback=seen.append)
    assert tuning.winner > 0 and tuning.parameters["learning_rate"] == 0.05
    assert [trial.number for trial in tuning.trials] == [0, 1, 2, 3, 4]
    assert tuning.trials[0].parameters == {}
    assert len(seen) == tuning.fits and tuning.cross == "items" and not tuning.cut
    best = tuning.trials[tuning.winner]
    assert best.difference > 2 * best.difference_error and best.users == 150
    model = tuning.model()
    assert model.dim == 8 and model.learning_rate == 0.05
    assert model.fit(matrix).n_users == 150


def test_defaults_stay(matrix):
    tuning = regatta.tune(matrix, SPACE, defaults=weak(learning_rate=0.05), trials=3, folds=2)
    assert tuning.winner == 0 and tuning.parameters == {}
    assert tuning.model().learning_rate == 0.05


def test_callback_ends_and_cancels(matrix, tmp_path):
    tuning = regatta.tune(matrix, SPACE, defaults=weak(), trials=4, folds=2,
                          callback=lambda trial: trial.number == 1)
    assert tuning.cut and tuning.fits == 2 and tuning.winner == 0

    def fail(trial):
        raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        regatta.tune(matrix, SPACE, defaults=weak(), trials=4, folds=2, callback=fail,
                     checkpoint=tmp_path / "c")
    again = regatta.tune(matrix, SPACE, defaults=weak(), trials=4, folds=2, resume=tmp_path / "c")
    assert again.winner > 0


def test_refusals(matrix):
    for space, words in (({"foo": [1]}, "foo cannot be tuned"), ({}, "the space is empty"),
                         ({"channels": ["items"]}, "channels cannot be tuned"),
                         ({"seed": [1]}, "seed cannot be tuned"),
                         ({"dim": [2000]}, "dim must be a whole number from 4 to 1024"),
                         ({"dim": "64"}, "give a list of values"),
                         ({"dim": 64}, "give a list of values"),
                         ({"attention": ["x"]}, "not one of none, cosine"),
                         ({"l2": ("log", 0.0, 1.0)}, "must begin above 0"),
                         ({"l2": ("log", 0.1)}, "a range is"),
                         ({"refit": None}, "refit has no default range")):
        with pytest.raises(regatta.ArgumentError, match=words):
            regatta.tune(matrix, space)
    with pytest.raises(regatta.ArgumentError, match="times"):
        regatta.tune(matrix, cross="time")
