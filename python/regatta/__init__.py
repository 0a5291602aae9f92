"""regatta: a graph-attention recommendation engine.

    import regatta
    model = regatta.Model().fit(user_items)
    ids, scores = model.recommend(userid, N=10)

`Model` trains and answers, `tune` chooses its parameters, `Graph` reads and splits interactions,
`Features` holds what is known of items and users, `Ranks` divides the work among processes, `capi` is the whole C API for ctypes. docs/python.md is the reference.
"""
from . import capi, errors
from ._call import set_memory_limit
from ._library import VERSION as __version__
from ._library import library
from ._page import Report
from ._ranks import Ranks
from ._reasons import Explanation
from ._training import Progress, Work
from .errors import (ArgumentError, FileError, FormatError, InternalError, LibraryError,
                     NotFittedError, NotFoundError, NumericError, OutOfMemoryError, RankError,
                     RegattaError, StoppedError, UnknownIdError)

from .conversion import convert, convert_features
from .evaluation import Evaluation, measure_pairs, paired_test
from .features import Features
from .graph import Graph, History
from .logged import LoggedEvaluation
from .model import Model
from .tuning import Trial, Tuning, tune

__all__ = ["ArgumentError", "Evaluation", "Explanation", "Features",
           "FileError", "FormatError", "Graph", "History",
           "InternalError", "LibraryError", "LoggedEvaluation", "Model", "NotFittedError", "NotFoundError",
           "NumericError", "OutOfMemoryError", "Progress", "RankError", "Ranks", "RegattaError",
           "Report", "StoppedError", "Trial", "Tuning", "UnknownIdError", "Work", "__version__",
           "capi", "convert", "convert_features", "errors", "library", "measure_pairs", "paired_test",
           "set_memory_limit", "tune"]
