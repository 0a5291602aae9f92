"""The model: train it, save and load it.

The examples use `user_items`, a scipy.sparse matrix of 60 users and 20 items, and the models
`model`, fitted to it with preset="fast", and `vector_model`, fitted with vectors of length 8.
"""
from __future__ import annotations

import ctypes
from typing import Any, Dict, Iterable, List, Mapping, Optional, Sequence, Tuple, Union

from . import capi
from ._base import _from_bytes
from ._call import Handle, call, enum_value, fields, flag, in_range, path_bytes
from ._ids import several
from ._page import Reports
from ._reasons import Reasons, channel_names
from ._training import Callback, Training, Work, channel_list, check_sources, options_of
from .errors import ArgumentError
from .features import FeatureInput, Features, features_of
from .graph import Graph, as_graph


class Model(Reasons, Reports):
    """A graph-attention recommendation model.

    The parameters are those of training (include/regatta/model.h describes each; 0 is the
    library's choice). `threads` is the number of threads of all calls: 0 is all processors;
    it changes the time of a call, never a bit of its result. A fitted model is immutable, and
    any number of Python threads may query it at once: calls release the GIL.

    Ids in arguments and results are the positions of rows and columns if the model was fitted
    to a matrix without ids, else the ids of its data, int or str.

    >>> model = Model(preset="fast", seed=7).fit(user_items)
    >>> ids, scores = model.recommend(3, N=5)
    >>> len(ids)
    5
    """

    preset: str
    channels: Union[str, Sequence[str], None]
    expect: str
    attention: str
    heads: int
    layers: int
    dim: int
    combine: str
    start: str
    loss: str
    weighting: str
    max_steps: int
    patience: int
    eval_every: int
    batch_users: int
    softmax_items: int
    refit: bool
    valid_share: float
    learning_rate: float
    temperature: float
    l2: float
    edge_dropout: float
    sequence: str
    sequence_dim: int
    sequence_blocks: int
    sequence_heads: int
    sequence_window: int
    sequence_dropout: float
    sequence_seconds: float
    target: str
    share: str
    hierarchy: str
    denoise: str
    dynamic: bool
    feature_vectors: str
    valid_latest: int
    seed: int
    threads: int
    work_: List[Work]
    interrupted_: bool
    extension_: Dict[str, int]
    update_: Dict[str, Any]
    prune_: Dict[str, Any]

    def __init__(self, *, preset: str = "default",
                 channels: Union[str, Sequence[str], None] = None, expect: str = "both",
                 attention: str = "none", heads: int = 1, layers: int = 2, dim: int = 0,
                 combine: str = "mean", start: str = "svd", loss: str = "softmax",
                 weighting: str = "binary", max_steps: int = 0, patience: int = 3,
                 eval_every: int = 10, batch_users: int = 0, softmax_items: int = 0,
                 refit: bool = True, valid_share: float = 0.1, learning_rate: float = 0.0,
                 temperature: float = 0.0, l2: float = 1e-8, edge_dropout: float = 0.0,
                 sequence: str = "none", sequence_dim: int = 0, sequence_blocks: int = 0,
                 sequence_heads: int = 1, sequence_window: int = 0,
                 sequence_dropout: float = -1.0, sequence_seconds: float = 600.0,
                 target: str = "auto", share: str = "none", hierarchy: str = "none",
                 denoise: str = "none", dynamic: bool = False,
                 feature_vectors: str = "none", valid_latest: int = 5, seed: int = 1,
                 threads: int = 0) -> None:
        for name, value in list(locals().items()):
            if name not in ("self", "__class__"):
                setattr(self, name, value)

    def fit(self, user_items: Any, item_features: FeatureInput = None,
            user_features: FeatureInput = None, *, item_vectors: FeatureInput = None,
            user_vectors: FeatureInput = None, item_groups: FeatureInput = None,
            user_ids: Any = None, item_ids: Any = None, time: Any = None,
            columns: Optional[Mapping[str, Optional[str]]] = None,
            sources: Iterable[Any] = (), callback: Optional[Callback] = None,
            show_progress: Optional[bool] = None, checkpoint: Any = None, resume: Any = None,
            checkpoint_seconds: float = 60.0, memory_limit: int = 0,
            init: Any = None) -> Model:
        """Trains on interactions; settings are chosen on a validation slice of them.

        Args:
            user_items: a scipy.sparse matrix or 2-D numpy array [users, items] (see
                `Graph.from_matrix`), a pandas data frame, Arrow table or dict of columns
                (`Graph.from_table`), the path of a file (`Graph.read`), or a `Graph`.
            item_features: features of items by their ids or positions: a sparse matrix
                [items, features], a data frame, the path of a table, a dict, or `Features`
                (see `Features.of`).
            user_features: the same for users.
            item_vectors: vectors of items, such as those of an encoder of texts: an array
                [items, n], the path of a .npy file, or a dict of names and these.
            user_vectors: the same for users.
            item_groups: the group of each item for hierarchical attention, as item_features:
                the feature with the largest weight. Sets hierarchy "groups" if it is "none".
            user_ids: ids [users] of the rows of a matrix, int or str.
            item_ids: ids [items] of its columns.
            time: times [nnz] in seconds, or datetimes, of the entries of a sparse matrix.
            columns: the columns of a table, by the names "user", "item", "weight", "time".
            sources: interactions of other domains with the same users or items, or with items
                that `item_features` describes too.
            callback: is called with each `Progress`; a true result ends the training with the
                best state so far, an exception cancels it.
            show_progress: show a tqdm bar where tqdm is installed; None: on terminals and in
                notebooks.
            checkpoint: a folder that receives a checkpoint, at most once in
                `checkpoint_seconds`, so that a training that was killed can resume. It must
                not have one, except that of `resume`.
            resume: a folder with a checkpoint of the same data and parameters, which the
                training continues and writes. A resumed training gives the model of one that
                was not killed. With `checkpoint`, the same folder: resume if there is one.
            memory_limit: bytes that the training may take besides the data; one whose estimate
                is larger is refused with MemoryError before it starts. 0: what is left of
                `set_memory_limit` or, without one, what the machine has left.
            init: a `Model`, or the path of its file, whose vectors the users and items with
                the same ids start with; the others start as usual. `dim` is that of its
                vectors, or 0.

        Returns:
            The model itself. Ctrl-C ends the training with the best state so far and a
            RuntimeWarning; a second Ctrl-C raises KeyboardInterrupt, and the model stays as
            it was before the call.

        >>> Model(preset="fast").fit(user_items, show_progress=False).n_users
        60
        """
        graph = as_graph(user_items, user_ids=user_ids, item_ids=item_ids, time=time, columns=columns)
        options, _inputs = self._options(graph, item_features, user_features, item_vectors,
                                         user_vectors, sources, item_groups)
        options.checkpoint = None if checkpoint is None else path_bytes(checkpoint)
        options.resume = None if resume is None else path_bytes(resume)
        options.checkpoint_seconds = float(checkpoint_seconds)
        options.memory_limit = in_range("memory_limit", memory_limit, 0, 2**64 - 1)
        start = init if init is None or isinstance(init, Model) else Model.load(init)
        if start is not None:
            options.init = start._trained.pointer
        training = Training(callback, show_progress)
        handle = training.run(graph._handle, options, self.threads)
        self._adopt(handle, graph._kinds)
        self.work_ = training.work
        self.interrupted_ = training.interrupts > 0
        return self

    def _options(self, graph: Graph, item_features: FeatureInput, user_features: FeatureInput,
                 item_vectors: FeatureInput, user_vectors: FeatureInput,
                 sources: Iterable[Any],
                 item_groups: FeatureInput = None) -> Tuple[Any, List[Any]]:
        """The options of the library, and the objects that they point to."""
        options = options_of(self.get_params())
        items = features_of(item_features, item_vectors, "items", lambda n: graph._items.names())
        users = features_of(user_features, user_vectors, "users", lambda n: graph._users.names())
        if items is not None:
            options.item_features = items._handle.pointer
        if users is not None:
            options.user_features = users._handle.pointer
        groups = features_of(item_groups, None, "items", lambda n: graph._items.names())
        if groups is not None:
            options.item_groups = groups._handle.pointer
            if options.hierarchy == capi.REGATTA_HIERARCHY_NONE:
                options.hierarchy = capi.REGATTA_HIERARCHY_GROUPS
        others = [as_graph(source) for source in check_sources(sources)]
        if others:
            pointers = (ctypes.POINTER(capi.regatta_graph) * len(others))(
                *[other._handle.pointer for other in others])
            options.sources, options.n_sources = pointers, len(others)
        return options, [items, users, groups, others]

    def save(self, path: Any, *, shards: Optional[int] = None) -> None:
        """Writes the model file; whole or not at all. The command `regatta` reads it too.

        With `shards` the path is an index NAME.safetensors.index.json, and the model becomes that
        many files of like size beside it, which `load` reads by the index. For such a path the
        default is one file, or one for each rank.

        >>> import os, tempfile
        >>> path = os.path.join(tempfile.mkdtemp(), "my.model")
        >>> model.save(path)
        >>> Model.load(path).recommend(3)[0].tolist() == model.recommend(3)[0].tolist()
        True
        >>> index = os.path.join(tempfile.mkdtemp(), "my.safetensors.index.json")
        >>> model.save(index, shards=2)
        >>> Model.load(index).to_bytes() == model.to_bytes()
        True
        """
        name = path_bytes(path)
        if shards is None and not name.endswith(b".safetensors.index.json"):
            self._call("regatta_model_save", self._trained.pointer, name)
        else:
            self._call("regatta_model_save_shards", self._trained.pointer, name,
                       0 if shards is None else in_range("shards", shards, 1, 256))

    @classmethod
    def load(cls, path: Any, *, ids: str = "auto", threads: int = 0) -> Model:
        """Maps a model file, or the shards of a model's index, which must not change while the model
        exists.

        A file holds ids as text. `ids` is their type in Python: "int", "str", or "auto": int if
        all ids of a side are decimal integers, else str. The parameters are those of the
        training, with the values that it chose (temperature, dim); those that older files do not
        record have their defaults: `channels`, `sequence_dim` and the like.

        >>> import os, tempfile
        >>> path = os.path.join(tempfile.mkdtemp(), "my.model")
        >>> model.save(path)
        >>> Model.load(path).get_params()["preset"]
        'fast'
        """
        handle = Handle("model")
        call("regatta_model_load", handle.out, path_bytes(path), threads=threads)
        return cls._loaded(handle, ids, threads)

    @classmethod
    def from_bytes(cls, content: bytes, *, ids: str = "auto", threads: int = 0) -> Model:
        """Loads a model from the bytes of a model file, as `load`.

        >>> Model.from_bytes(model.to_bytes()).item_ids[:3].tolist()
        [0, 1, 2]
        """
        return cls._loaded(_from_bytes(content, threads), ids, threads)

    @classmethod
    def _loaded(cls, handle: Handle, ids: str, threads: int) -> Model:
        if ids not in ("auto", "int", "str"):
            raise ArgumentError(f"ids is {ids!r}: not one of auto, int, str")
        made = cls(threads=threads)
        kind = None if ids == "auto" else ids
        made._adopt(handle, (kind, kind))
        settings = made.settings
        given = {**settings.get("options", {}), "seed": int(settings.get("seed", 1))}
        for name in set(given) & set(made._parameters()):
            setattr(made, name, given[name])
        return made

    def extend(self, item_features: FeatureInput = None, user_features: FeatureInput = None, *,
               item_vectors: FeatureInput = None, user_vectors: FeatureInput = None,
               item_ids: Any = None, user_ids: Any = None) -> Model:
        """Returns a copy with new items and users, which are scored through their features.

        The features are given in the forms of `fit`, by the same names; nodes that the model has
        stay as they are. Rows of matrices and arrays have the ids item_ids or user_ids; without
        them they are the next positions of a model that was fitted to a matrix. `extension_` of
        the copy says what was added.

        >>> tagged = Model().fit(user_items, item_features=tags)
        >>> extended = tagged.extend(tags[:2])
        >>> extended.n_items, extended.extension_["n_items"]
        (22, 2)
        """
        items = self._new_features(item_features, item_vectors, capi.REGATTA_ITEMS, item_ids)
        users = self._new_features(user_features, user_vectors, capi.REGATTA_USERS, user_ids)
        if items is None and users is None:
            raise ArgumentError("pass features of new items or of new users")
        handle, report = Handle("model"), capi.regatta_extension()
        self._call("regatta_model_extend", handle.out, self._trained.pointer,
                   items._handle.pointer if items else None, users._handle.pointer if users else None,
                   ctypes.byref(report))
        made = self.__copy__()
        kinds = [None if ids.kind == "int" else ids.kind for ids in self._sides]
        made._adopt(handle, (kinds[0], kinds[1]))
        made.extension_ = fields(report)
        return made

    def update(self, user_items: Any = None, item_features: FeatureInput = None,
               user_features: FeatureInput = None, *, item_vectors: FeatureInput = None,
               user_vectors: FeatureInput = None, forget: Iterable[Any] = (), steps: int = -1,
               measure: bool = True, skip_known: bool = False, user_ids: Any = None,
               item_ids: Any = None, time: Any = None,
               columns: Optional[Mapping[str, Optional[str]]] = None, checkpoint: Any = None,
               resume: Any = None, checkpoint_seconds: float = 60.0) -> Model:
        """Returns a copy with new interactions, without a full training, or without some users.

        Settings stay, closed forms are fitted again, and new users and items are folded into the
        vectors (docs/update.md). `update_` of the copy says what changed and how answers drift.

        Args:
            user_items: the new interactions in the forms of `fit`; rows and columns of a matrix
                without ids have the positions of the model, and later ones are new.
            item_features: features of new items, as in `extend`; user_features: of new users.
            forget: ids of users to take out, instead of new interactions: the model becomes one
                that never had them.
            steps: optimizer steps of the vectors; -1: the library's choice.
            measure: measure the drift, which takes as long as the update.
            skip_known: leave out interactions that the model has already, with the same user,
                item and time, as of windows that overlap.
            checkpoint, resume, checkpoint_seconds: as in `fit`.

        >>> updated = model.update(user_items[:2])
        >>> updated.update_["n_interactions"] == user_items[:2].nnz
        True
        >>> model.update(forget=[0, 5]).n_users
        58
        """
        graph = None
        if user_items is not None:
            graph = as_graph(user_items, user_ids=user_ids, item_ids=item_ids, time=time,
                             columns=columns, like=self)
        items = self._new_features(item_features, item_vectors, capi.REGATTA_ITEMS, item_ids)
        users = self._new_features(user_features, user_vectors, capi.REGATTA_USERS, user_ids)
        gone = [self._sides[0].position(user) for user in several(forget, "forget")]
        options = capi.regatta_update_options(measure=flag("measure", measure), n_forget=len(gone),
                                              skip_known=flag("skip_known", skip_known))
        options.checkpoint = None if checkpoint is None else path_bytes(checkpoint)
        options.resume = None if resume is None else path_bytes(resume)
        options.checkpoint_seconds = float(checkpoint_seconds)
        if steps != -1:
            options.steps = in_range("steps", steps, 0, 10000)
        if items is not None:
            options.item_features = items._handle.pointer
        if users is not None:
            options.user_features = users._handle.pointer
        if gone:
            options.forget = (ctypes.c_uint32 * len(gone))(*gone)
        handle, report = Handle("model"), capi.regatta_update_report()
        self._call("regatta_model_update", handle.out, self._trained.pointer,
                   graph._handle.pointer if graph is not None else None, ctypes.byref(options),
                   ctypes.byref(report))
        made = self.__copy__()
        kinds = [None if ids.kind == "int" else ids.kind for ids in self._sides]
        made._adopt(handle, (kinds[0], kinds[1]))
        made.update_ = fields(report)
        return made

    def _new_features(self, data: FeatureInput, vectors: FeatureInput, side: int,
                      ids: Any) -> Optional[Features]:
        name, known = ("users", "items")[side], self._sides[side]

        def nodes(n: int) -> Sequence[Any]:
            if ids is not None:
                return list(several(ids, f"{name[:-1]}_ids"))
            if known.kind == "str" or not bool((known.array == range(known.n)).all()):
                raise ArgumentError(f"pass {name[:-1]}_ids, the ids of the rows")
            return range(known.n, known.n + n)

        if data is None and vectors is None:
            return None
        like = Features(name)
        like._handle = Handle("features")
        self._call("regatta_model_features", like._handle.out, self._trained.pointer, side)
        return features_of(data, vectors, name, nodes, like)

    def prune(self, keep: float = 0.0, *, bytes: int = 0, agreement: float = 0.0,
              solve: bool = True, drop: Union[str, Sequence[str]] = (),
              drop_loss: float = 0.01) -> Model:
        """Returns a copy with fewer attention weights between items and between users, or without
        some channels.

        The weights with the least effect on the ridge that gave them go, and the ridge is solved
        again on the others (docs/model.md, Pruning). Pass one of the first three, or `drop`;
        `prune_` of the copy has the numbers of weights, the agreement of the lists, and the names
        of the channels that went, `dropped`.

        Args:
            keep: the number of weights to keep, or below 1 their share.
            bytes: keep as many weights as a file of this size allows.
            agreement: keep the fewest with which this share of the top 20 stays.
            solve: False: the weights that stay keep their values.
            drop: names of channels to leave out, or "auto": those with the least loss on the
                validation of the training. The blend of the others is fitted again.
            drop_loss: of "auto": the share of the validation ndcg@20 to give up at most.

        >>> pruned = model.prune(0.5)
        >>> pruned.prune_["edges_after"] <= pruned.prune_["edges_before"] / 2
        True
        """
        if not 0.0 <= keep < 2.0**53 or (keep >= 1.0 and keep != int(keep)):
            raise ArgumentError(f"keep is {keep!r}: not a share below 1 or a number of weights")
        names = channel_list("drop", drop)
        options = capi.regatta_prune_options(
            solve=flag("solve", solve), bytes=in_range("bytes", bytes, 0, 2**63), agreement=agreement,
            share=keep if keep < 1.0 else 0.0, edges=int(keep) if keep >= 1.0 else 0,
            drop=names or None, drop_loss=drop_loss)
        handle, report = Handle("model"), capi.regatta_prune_report()
        self._call("regatta_model_prune", handle.out, self._trained.pointer,
                   ctypes.byref(options), ctypes.byref(report))
        made = self._with(handle)
        made.prune_ = fields(report)
        made.prune_["dropped"] = [name for bit, name in enumerate(channel_names())
                                  if report.dropped >> bit & 1]
        return made

    def convert(self, type: str = "keep", *, index: bool = False, index_degree: int = 0,
                index_build: int = 0, communities: bool = False) -> Model:
        """Returns a copy with tables of another number type, a search index or communities.

        `type` is "keep", "f32", "bf16" or "i8"; the copy computes scores from the rounded
        tables. An index makes `candidates` faster for large catalogues; `candidates` with
        `communities` needs the communities of the items (Leiden).

        >>> model.convert("i8").info["type"]
        'i8'
        """
        options = capi.regatta_convert_options(
            type=enum_value("regatta_type", "type", type), index=flag("index", index),
            index_degree=in_range("index_degree", index_degree, 0, 2**31),
            index_build=in_range("index_build", index_build, 0, 2**31),
            communities=flag("communities", communities))
        handle = Handle("model")
        self._call("regatta_model_convert", handle.out, self._trained.pointer, ctypes.byref(options))
        return self._with(handle)
