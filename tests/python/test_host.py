"""A host that computes with the BLAS of numpy, which has threads of its own, while threads ask a model."""
import threading

import numpy as np
import scipy.sparse as sp
from regatta import Model


def test_numpy_beside_a_model():
    rng = np.random.default_rng(3)
    left, right = rng.standard_normal((300, 400)), rng.standard_normal((400, 300))
    product = left @ right
    matrix = (rng.random((300, 220)) < 0.1).astype(np.float32)
    rows = sp.csr_matrix(matrix)
    model = Model(preset="fast", threads=2).fit(rows)
    ids, scores = model.recommend_all(N=5)
    wrong = []

    def compute():
        wrong.extend(k for k in range(20) if not np.allclose(left @ right, product, rtol=1e-12))

    def ask():
        for k in range(5):
            again, values = model.recommend_all(N=5)
            if not ((again == ids).all() and (values == scores).all()):
                wrong.append(k)

    threads = [threading.Thread(target=target) for target in (compute, ask) * 4]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert not wrong
    trained = Model(preset="fast", threads=1).fit(rows)
    assert trained.to_bytes() == model.to_bytes()
    assert np.allclose(left @ right, product, rtol=1e-12)
