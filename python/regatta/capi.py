"""The C API of regatta for ctypes: constants, structures and functions by their C names.

Made by scripts/python_api.py from include/regatta: do not edit. The headers describe each
function. `regatta.library()` returns the loaded library with these prototypes, for calls that
the classes of this package do not make.

>>> from regatta import capi
>>> capi.regatta_recommend_options().k
20
"""
# mypy: disable-error-code="list-item"
from __future__ import annotations

import ctypes
from ctypes import (CFUNCTYPE, POINTER, c_char, c_char_p, c_double, c_float, c_int, c_int64,
                    c_size_t, c_uint8, c_uint32, c_uint64, c_void_p)
from typing import Any, ClassVar, Dict, List, Tuple


class Struct(ctypes.Structure):
    """A structure of the C API; a new one holds the values of its _INIT macro."""

    defaults: ClassVar[Dict[str, float]] = {}

    def __init__(self, **fields: Any) -> None:
        super().__init__()
        if hasattr(type(self), "struct_size"):
            self.struct_size = ctypes.sizeof(self)
        for name, value in {**self.defaults, **fields}.items():
            setattr(self, name, value)


REGATTA_NONE = 4294967295
REGATTA_MAX_CHANNELS = 16
REGATTA_COLUMN_NONE = 4294967295
REGATTA_N_BAD_ROWS = 16
REGATTA_BAD_FILE_BYTES = 4096
REGATTA_N_QUANTILES = 7
REGATTA_MAX_FEATURES = 262144
REGATTA_GO_ON = 0
REGATTA_FINISH = 1
REGATTA_CANCEL = 2
REGATTA_N_SOURCES = 2
REGATTA_N_READS = 3
REGATTA_N_ESTIMATORS = 8
REGATTA_BINS = 10
REGATTA_NUMBER_BYTES = 32
REGATTA_OK = 0
REGATTA_EINVAL = -1
REGATTA_ENOMEM = -2
REGATTA_EIO = -3
REGATTA_EFORMAT = -4
REGATTA_ENUMERIC = -5
REGATTA_ESTOPPED = -6
REGATTA_EINTERNAL = -7
REGATTA_ENOTFOUND = -8
REGATTA_ERANK = -9
REGATTA_USERS = 0
REGATTA_ITEMS = 1
REGATTA_CHANNEL_ABSENT = 0
REGATTA_CHANNEL_HELD = 1
REGATTA_CHANNEL_SCORES = 2
REGATTA_MAX_RANKS = 1024
REGATTA_ITEM_TABLES_AUTO = 0
REGATTA_ITEM_TABLES_WHOLE = 1
REGATTA_ITEM_TABLES_PANELS = 2
REGATTA_FORMAT_AUTO = 0
REGATTA_FORMAT_ADJACENCY = 1
REGATTA_FORMAT_CSV = 2
REGATTA_FORMAT_TSV = 3
REGATTA_FORMAT_SSV = 4
REGATTA_FORMAT_SEMICOLON = 5
REGATTA_FORMAT_PIPE = 6
REGATTA_FORMAT_COLONS = 7
REGATTA_FORMAT_RECBOLE = 8
REGATTA_FORMAT_JSONL = 9
REGATTA_FORMAT_MATRIX_MARKET = 10
REGATTA_FORMAT_NPZ = 11
REGATTA_FORMAT_NETFLIX = 12
REGATTA_FORMAT_SQLITE = 13
REGATTA_FORMAT_POSTGRES = 14
REGATTA_HEADER_AUTO = 0
REGATTA_HEADER_YES = 1
REGATTA_HEADER_NO = 2
REGATTA_DEDUP_SUM = 0
REGATTA_DEDUP_MAX = 1
REGATTA_DEDUP_LAST = 2
REGATTA_COLUMN_UNKNOWN = 0
REGATTA_COLUMN_USER = 1
REGATTA_COLUMN_ITEM = 2
REGATTA_COLUMN_WEIGHT = 3
REGATTA_COLUMN_TIME = 4
REGATTA_COLUMN_EVENT = 5
REGATTA_COLUMN_POSITION = 6
REGATTA_COLUMN_PROPENSITY = 7
REGATTA_COLUMN_OTHER = 8
REGATTA_BAD_COLUMNS = 0
REGATTA_BAD_WEIGHT = 1
REGATTA_BAD_USER_EMPTY = 2
REGATTA_BAD_USER_NULL = 3
REGATTA_BAD_ITEM_EMPTY = 4
REGATTA_BAD_ITEM_NULL = 5
REGATTA_BAD_ID = 6
REGATTA_BAD_WEIGHT_NEGATIVE = 7
REGATTA_BAD_TIME_EMPTY = 8
REGATTA_BAD_TIME = 9
REGATTA_BAD_HEADER = 10
REGATTA_BAD_EVENT = 11
REGATTA_SPLIT_RATIO = 0
REGATTA_SPLIT_LEAVE_LAST = 1
REGATTA_SPLIT_TIME = 2
REGATTA_FEATURES_AUTO = 0
REGATTA_FEATURES_LONG = 1
REGATTA_FEATURES_WIDE = 2
REGATTA_FEATURES_VECTORS = 3
REGATTA_ATTENTION_NONE = 0
REGATTA_ATTENTION_COSINE = 1
REGATTA_ATTENTION_DOT = 2
REGATTA_ATTENTION_SCALED_DOT = 3
REGATTA_ATTENTION_GAT = 4
REGATTA_ATTENTION_GATV2 = 5
REGATTA_ATTENTION_AUTO = 6
REGATTA_SHARE_NONE = 0
REGATTA_SHARE_HEADS = 1
REGATTA_SHARE_LAYERS = 2
REGATTA_SHARE_ALL = 3
REGATTA_HIERARCHY_NONE = 0
REGATTA_HIERARCHY_COMMUNITIES = 1
REGATTA_HIERARCHY_GROUPS = 2
REGATTA_HIERARCHY_AUTO = 3
REGATTA_FEATURE_VECTORS_NONE = 0
REGATTA_FEATURE_VECTORS_AUTO = 1
REGATTA_FEATURE_VECTORS_ALWAYS = 2
REGATTA_LOSS_SOFTMAX = 0
REGATTA_LOSS_BPR = 1
REGATTA_COMBINE_MEAN = 0
REGATTA_COMBINE_ALL = 1
REGATTA_COMBINE_LAST = 2
REGATTA_WEIGHTING_BINARY = 0
REGATTA_WEIGHTING_LOG = 1
REGATTA_WEIGHTING_RAW = 2
REGATTA_START_SVD = 0
REGATTA_START_RANDOM = 1
REGATTA_PRESET_DEFAULT = 0
REGATTA_PRESET_FAST = 1
REGATTA_PRESET_BEST = 2
REGATTA_EXPECT_BOTH = 0
REGATTA_EXPECT_PAST = 1
REGATTA_EXPECT_POPULAR = 2
REGATTA_TARGET_AUTO = 0
REGATTA_TARGET_NONE = 1
REGATTA_TARGET_GATE = 2
REGATTA_TARGET_SOFTMAX = 3
REGATTA_DENOISE_NONE = 0
REGATTA_DENOISE_AUTO = 1
REGATTA_DENOISE_ALWAYS = 2
REGATTA_SEQUENCE_NONE = 0
REGATTA_SEQUENCE_TRANSFORMER = 1
REGATTA_SEQUENCE_GRU = 2
REGATTA_SEQUENCE_AUTO = 3
REGATTA_TYPE_KEEP = 0
REGATTA_TYPE_F32 = 1
REGATTA_TYPE_BF16 = 2
REGATTA_TYPE_I8 = 3
REGATTA_SOURCE_GRAPH = 1
REGATTA_SOURCE_VECTORS = 2
REGATTA_SOURCE_BOTH = 3
REGATTA_READ_ENTRIES = 0
REGATTA_READ_BLOCKS = 1
REGATTA_READ_WHOLE = 2
REGATTA_SUSPECT_COPY = 1
REGATTA_SUSPECT_SPREE = 2
REGATTA_SUSPECT_BOT = 4
REGATTA_UNKNOWN_MISS = 0
REGATTA_UNKNOWN_SKIP = 1
REGATTA_ESTIMATOR_LOGGED = 0
REGATTA_ESTIMATOR_IPS = 1
REGATTA_ESTIMATOR_SNIPS = 2
REGATTA_ESTIMATOR_DR = 3
REGATTA_FORM_NONE = 0
REGATTA_FORM_SIGMOID = 1
REGATTA_FORM_ISOTONIC = 2
REGATTA_SIMILARITY_AUTO = 0
REGATTA_SIMILARITY_VECTORS = 1
REGATTA_SIMILARITY_ATTENTION = 2
REGATTA_SIMILARITY_HISTORY = 3
REGATTA_SCALE_DEFAULT = 0
REGATTA_SCALE_LINEAR = 1
REGATTA_SCALE_LOG = 2
REGATTA_SCALE_CHOICE = 3
REGATTA_CROSSING_AUTO = 0
REGATTA_CROSSING_ITEMS = 1
REGATTA_CROSSING_TIME = 2

# The enumerations, by the names of their types.
ENUMS: Dict[str, Dict[str, int]] = {
    "regatta_status": {"REGATTA_OK": 0, "REGATTA_EINVAL": -1, "REGATTA_ENOMEM": -2,
                       "REGATTA_EIO": -3, "REGATTA_EFORMAT": -4, "REGATTA_ENUMERIC": -5,
                       "REGATTA_ESTOPPED": -6, "REGATTA_EINTERNAL": -7, "REGATTA_ENOTFOUND": -8,
                       "REGATTA_ERANK": -9},
    "regatta_side": {"REGATTA_USERS": 0, "REGATTA_ITEMS": 1},
    "regatta_channel_state": {"REGATTA_CHANNEL_ABSENT": 0, "REGATTA_CHANNEL_HELD": 1,
                              "REGATTA_CHANNEL_SCORES": 2},
    "regatta_item_tables": {"REGATTA_ITEM_TABLES_AUTO": 0, "REGATTA_ITEM_TABLES_WHOLE": 1,
                            "REGATTA_ITEM_TABLES_PANELS": 2},
    "regatta_format": {"REGATTA_FORMAT_AUTO": 0, "REGATTA_FORMAT_ADJACENCY": 1,
                       "REGATTA_FORMAT_CSV": 2, "REGATTA_FORMAT_TSV": 3, "REGATTA_FORMAT_SSV": 4,
                       "REGATTA_FORMAT_SEMICOLON": 5, "REGATTA_FORMAT_PIPE": 6,
                       "REGATTA_FORMAT_COLONS": 7, "REGATTA_FORMAT_RECBOLE": 8,
                       "REGATTA_FORMAT_JSONL": 9, "REGATTA_FORMAT_MATRIX_MARKET": 10,
                       "REGATTA_FORMAT_NPZ": 11, "REGATTA_FORMAT_NETFLIX": 12,
                       "REGATTA_FORMAT_SQLITE": 13, "REGATTA_FORMAT_POSTGRES": 14},
    "regatta_header": {"REGATTA_HEADER_AUTO": 0, "REGATTA_HEADER_YES": 1, "REGATTA_HEADER_NO": 2},
    "regatta_dedup": {"REGATTA_DEDUP_SUM": 0, "REGATTA_DEDUP_MAX": 1, "REGATTA_DEDUP_LAST": 2},
    "regatta_column": {"REGATTA_COLUMN_UNKNOWN": 0, "REGATTA_COLUMN_USER": 1,
                       "REGATTA_COLUMN_ITEM": 2, "REGATTA_COLUMN_WEIGHT": 3,
                       "REGATTA_COLUMN_TIME": 4, "REGATTA_COLUMN_EVENT": 5,
                       "REGATTA_COLUMN_POSITION": 6, "REGATTA_COLUMN_PROPENSITY": 7,
                       "REGATTA_COLUMN_OTHER": 8},
    "regatta_bad_row": {"REGATTA_BAD_COLUMNS": 0, "REGATTA_BAD_WEIGHT": 1,
                        "REGATTA_BAD_USER_EMPTY": 2, "REGATTA_BAD_USER_NULL": 3,
                        "REGATTA_BAD_ITEM_EMPTY": 4, "REGATTA_BAD_ITEM_NULL": 5,
                        "REGATTA_BAD_ID": 6, "REGATTA_BAD_WEIGHT_NEGATIVE": 7,
                        "REGATTA_BAD_TIME_EMPTY": 8, "REGATTA_BAD_TIME": 9,
                        "REGATTA_BAD_HEADER": 10, "REGATTA_BAD_EVENT": 11},
    "regatta_split_kind": {"REGATTA_SPLIT_RATIO": 0, "REGATTA_SPLIT_LEAVE_LAST": 1,
                           "REGATTA_SPLIT_TIME": 2},
    "regatta_feature_layout": {"REGATTA_FEATURES_AUTO": 0, "REGATTA_FEATURES_LONG": 1,
                               "REGATTA_FEATURES_WIDE": 2, "REGATTA_FEATURES_VECTORS": 3},
    "regatta_attention": {"REGATTA_ATTENTION_NONE": 0, "REGATTA_ATTENTION_COSINE": 1,
                          "REGATTA_ATTENTION_DOT": 2, "REGATTA_ATTENTION_SCALED_DOT": 3,
                          "REGATTA_ATTENTION_GAT": 4, "REGATTA_ATTENTION_GATV2": 5,
                          "REGATTA_ATTENTION_AUTO": 6},
    "regatta_share": {"REGATTA_SHARE_NONE": 0, "REGATTA_SHARE_HEADS": 1, "REGATTA_SHARE_LAYERS": 2,
                      "REGATTA_SHARE_ALL": 3},
    "regatta_hierarchy": {"REGATTA_HIERARCHY_NONE": 0, "REGATTA_HIERARCHY_COMMUNITIES": 1,
                          "REGATTA_HIERARCHY_GROUPS": 2, "REGATTA_HIERARCHY_AUTO": 3},
    "regatta_feature_vectors": {"REGATTA_FEATURE_VECTORS_NONE": 0,
                                "REGATTA_FEATURE_VECTORS_AUTO": 1,
                                "REGATTA_FEATURE_VECTORS_ALWAYS": 2},
    "regatta_loss": {"REGATTA_LOSS_SOFTMAX": 0, "REGATTA_LOSS_BPR": 1},
    "regatta_combine": {"REGATTA_COMBINE_MEAN": 0, "REGATTA_COMBINE_ALL": 1,
                        "REGATTA_COMBINE_LAST": 2},
    "regatta_weighting": {"REGATTA_WEIGHTING_BINARY": 0, "REGATTA_WEIGHTING_LOG": 1,
                          "REGATTA_WEIGHTING_RAW": 2},
    "regatta_start": {"REGATTA_START_SVD": 0, "REGATTA_START_RANDOM": 1},
    "regatta_preset": {"REGATTA_PRESET_DEFAULT": 0, "REGATTA_PRESET_FAST": 1,
                       "REGATTA_PRESET_BEST": 2},
    "regatta_expect": {"REGATTA_EXPECT_BOTH": 0, "REGATTA_EXPECT_PAST": 1,
                       "REGATTA_EXPECT_POPULAR": 2},
    "regatta_target": {"REGATTA_TARGET_AUTO": 0, "REGATTA_TARGET_NONE": 1, "REGATTA_TARGET_GATE": 2,
                       "REGATTA_TARGET_SOFTMAX": 3},
    "regatta_denoise": {"REGATTA_DENOISE_NONE": 0, "REGATTA_DENOISE_AUTO": 1,
                        "REGATTA_DENOISE_ALWAYS": 2},
    "regatta_sequence": {"REGATTA_SEQUENCE_NONE": 0, "REGATTA_SEQUENCE_TRANSFORMER": 1,
                         "REGATTA_SEQUENCE_GRU": 2, "REGATTA_SEQUENCE_AUTO": 3},
    "regatta_type": {"REGATTA_TYPE_KEEP": 0, "REGATTA_TYPE_F32": 1, "REGATTA_TYPE_BF16": 2,
                     "REGATTA_TYPE_I8": 3},
    "regatta_suspect": {"REGATTA_SUSPECT_COPY": 1, "REGATTA_SUSPECT_SPREE": 2,
                        "REGATTA_SUSPECT_BOT": 4},
    "regatta_unknown": {"REGATTA_UNKNOWN_MISS": 0, "REGATTA_UNKNOWN_SKIP": 1},
    "regatta_estimator": {"REGATTA_ESTIMATOR_LOGGED": 0, "REGATTA_ESTIMATOR_IPS": 1,
                          "REGATTA_ESTIMATOR_SNIPS": 2, "REGATTA_ESTIMATOR_DR": 3},
    "regatta_form": {"REGATTA_FORM_NONE": 0, "REGATTA_FORM_SIGMOID": 1, "REGATTA_FORM_ISOTONIC": 2},
    "regatta_similarity": {"REGATTA_SIMILARITY_AUTO": 0, "REGATTA_SIMILARITY_VECTORS": 1,
                           "REGATTA_SIMILARITY_ATTENTION": 2, "REGATTA_SIMILARITY_HISTORY": 3},
    "regatta_scale": {"REGATTA_SCALE_DEFAULT": 0, "REGATTA_SCALE_LINEAR": 1, "REGATTA_SCALE_LOG": 2,
                      "REGATTA_SCALE_CHOICE": 3},
    "regatta_crossing": {"REGATTA_CROSSING_AUTO": 0, "REGATTA_CROSSING_ITEMS": 1,
                         "REGATTA_CROSSING_TIME": 2},
}


class regatta_ctx(ctypes.Structure):
    pass


class regatta_graph(ctypes.Structure):
    pass


class regatta_features(ctypes.Structure):
    pass


class regatta_model(ctypes.Structure):
    pass


class regatta_ranks(Struct):
    _fields_ = [("struct_size", c_uint32), ("rank", c_uint32), ("n_ranks", c_uint32),
                ("state", c_void_p),
                ("gather", CFUNCTYPE(c_int, c_void_p, c_void_p, POINTER(c_int64))),
                ("send", CFUNCTYPE(c_int, c_void_p, c_uint32, c_void_p, c_int64)),
                ("receive", CFUNCTYPE(c_int, c_void_p, c_uint32, c_void_p, c_int64)),
                ("fail", CFUNCTYPE(None, c_void_p, c_int, c_char_p)),
                ("reason", CFUNCTYPE(c_char_p, c_void_p))]


class regatta_traffic(Struct):
    _fields_ = [("struct_size", c_uint32), ("n_ranks", c_uint32), ("gathered", c_int64),
                ("sent", c_int64), ("received", c_int64), ("n_gathers", c_int64),
                ("n_sends", c_int64), ("n_receives", c_int64), ("waited", c_double),
                ("item_tables", c_uint32)]


class regatta_allocator(Struct):
    _fields_ = [("alloc", CFUNCTYPE(c_void_p, c_void_p, c_size_t)),
                ("release", CFUNCTYPE(None, c_void_p, c_void_p)), ("state", c_void_p)]


class regatta_ctx_options(Struct):
    _fields_ = [("struct_size", c_uint32), ("threads", c_uint32), ("allocator", regatta_allocator),
                ("limit_bytes", c_uint64), ("ranks", POINTER(regatta_ranks)),
                ("memory_limit", c_uint64), ("item_tables", c_uint32)]


class regatta_read_options(Struct):
    _fields_ = [("struct_size", c_uint32), ("format", c_uint32), ("header", c_uint32),
                ("dedup", c_uint32), ("user_column", c_uint32), ("item_column", c_uint32),
                ("weight_column", c_uint32), ("time_column", c_uint32),
                ("use_min_weight", c_uint32), ("min_weight", c_double), ("skip_bad", c_uint32),
                ("keep_null_words", c_uint32), ("time_format", c_char_p), ("ids_only", c_uint32),
                ("query", c_char_p), ("logged", c_uint32), ("position_column", c_uint32),
                ("propensity_column", c_uint32), ("event_weights", c_char_p),
                ("event_column", c_uint32), ("use_dislike_below", c_uint32),
                ("dislike_below", c_double), ("like", POINTER(regatta_model)),
                ("allow_empty", c_uint32)]


class regatta_read_report(Struct):
    _fields_ = [("struct_size", c_uint32), ("format", c_uint32), ("gzip", c_uint32),
                ("has_header", c_uint32), ("has_weight", c_uint32), ("has_time", c_uint32),
                ("n_lines", c_int64), ("n_rows", c_int64), ("n_below", c_int64),
                ("n_duplicates", c_int64), ("columns", c_char * 512), ("n_recoded", c_int64),
                ("n_bad", c_int64 * 16), ("first_bad_line", c_int64 * 16),
                ("user_column", c_uint32), ("item_column", c_uint32), ("weight_column", c_uint32),
                ("time_column", c_uint32), ("zstd", c_uint32), ("position_column", c_uint32),
                ("propensity_column", c_uint32), ("event_column", c_uint32),
                ("n_left_out", c_int64), ("n_dislikes", c_int64), ("first_bad_file", c_char * 4096),
                ("n_impressions", c_int64), ("like", c_char * 256)]


class regatta_interactions_options(Struct):
    _fields_ = [("struct_size", c_uint32), ("format", c_uint32), ("table", c_char_p),
                ("rows_in_memory", c_uint32), ("ids_in_memory", c_uint32)]


class regatta_edges(Struct):
    _fields_ = [("struct_size", c_uint32), ("dedup", c_uint32), ("n_edges", c_int64),
                ("n_users", c_uint32), ("n_items", c_uint32), ("user", POINTER(c_uint32)),
                ("item", POINTER(c_uint32)), ("weight", POINTER(c_float)),
                ("time", POINTER(c_int64)), ("user_names", POINTER(c_char_p)),
                ("item_names", POINTER(c_char_p))]


class regatta_csr(Struct):
    _fields_ = [("struct_size", c_uint32), ("n_users", c_uint32), ("n_items", c_uint32),
                ("offset", POINTER(c_int64)), ("item", POINTER(c_uint32)),
                ("weight", POINTER(c_float)), ("time", POINTER(c_int64)),
                ("user_names", POINTER(c_char_p)), ("item_names", POINTER(c_char_p))]


class regatta_filter_options(Struct):
    _fields_ = [("struct_size", c_uint32), ("min_user", c_uint32), ("min_item", c_uint32)]


class regatta_split_options(Struct):
    defaults = {"test_share": 0.2, "leave_last": 1, "seed": 1}
    _fields_ = [("struct_size", c_uint32), ("kind", c_uint32), ("valid_share", c_double),
                ("test_share", c_double), ("leave_last", c_uint32), ("leave_valid", c_uint32),
                ("time", c_int64), ("seed", c_uint64)]


class regatta_graph_summary(Struct):
    _fields_ = [("struct_size", c_uint32), ("n_users", c_uint32), ("n_items", c_uint32),
                ("n_edges", c_int64), ("density", c_double), ("has_weight", c_uint32),
                ("has_time", c_uint32), ("user_degree", c_uint32 * 7),
                ("item_degree", c_uint32 * 7), ("item_gini", c_double),
                ("n_isolated_users", c_uint32), ("n_isolated_items", c_uint32),
                ("n_components", c_uint32), ("largest_component", c_uint32), ("max_core", c_uint32),
                ("max_core_nodes", c_uint32), ("n_communities", c_uint32), ("modularity", c_double),
                ("time_first", c_int64), ("time_last", c_int64), ("hash", c_uint64),
                ("n_interactions", c_int64), ("has_order", c_uint32), ("n_dislikes", c_int64),
                ("n_impressions", c_int64)]


class regatta_overlap(Struct):
    _fields_ = [("struct_size", c_uint32), ("n_unknown_users", c_uint32),
                ("n_unknown_items", c_uint32), ("n_leaked", c_int64), ("n_unknown_edges", c_int64)]


class regatta_features_options(Struct):
    defaults = {"side": 1}
    _fields_ = [("struct_size", c_uint32), ("side", c_uint32), ("layout", c_uint32),
                ("format", c_uint32), ("header", c_uint32), ("max_features", c_uint32),
                ("keep_null_words", c_uint32), ("name", c_char_p), ("columns", c_char_p),
                ("like", POINTER(regatta_features))]


class regatta_features_report(Struct):
    _fields_ = [("struct_size", c_uint32), ("layout", c_uint32), ("format", c_uint32),
                ("gzip", c_uint32), ("has_header", c_uint32), ("n_modalities", c_uint32),
                ("n_lines", c_int64), ("n_rows", c_int64), ("n_nodes", c_int64),
                ("n_values", c_int64), ("n_features", c_int64), ("n_hashed", c_int64),
                ("n_buckets", c_int64), ("n_recoded", c_int64), ("entries", c_uint64),
                ("columns", c_char * 1024)]


class regatta_features_output(Struct):
    _fields_ = [("struct_size", c_uint32), ("layout", c_uint32), ("format", c_uint32)]


class regatta_feature_arrays(Struct):
    _fields_ = [("struct_size", c_uint32), ("n_nodes", c_uint32), ("name", c_char_p),
                ("node_names", POINTER(c_char_p)), ("n_values", c_int64),
                ("node", POINTER(c_uint32)), ("feature", POINTER(c_uint32)),
                ("weight", POINTER(c_float)), ("feature_names", POINTER(c_char_p)),
                ("n_features", c_uint32), ("max_features", c_uint32), ("dense", POINTER(c_float)),
                ("dim", c_int64)]


class regatta_features_info(Struct):
    _fields_ = [("struct_size", c_uint32), ("n_modalities", c_uint32), ("n_nodes", c_int64),
                ("n_with", c_int64), ("n_without", c_int64), ("n_unknown", c_int64)]


class regatta_modality(Struct):
    _fields_ = [("struct_size", c_uint32), ("is_dense", c_uint32), ("name", c_char_p),
                ("n_nodes", c_int64), ("n_features", c_int64), ("n_values", c_int64)]


class regatta_progress(Struct):
    _fields_ = [("struct_size", c_uint32), ("stage", c_char_p), ("done", c_int64),
                ("total", c_int64), ("loss", c_double), ("valid_ndcg", c_double),
                ("best_ndcg", c_double), ("seconds", c_double), ("seconds_left", c_double)]


regatta_progress_fn = CFUNCTYPE(c_int, c_void_p, POINTER(regatta_progress))


class regatta_work(Struct):
    _fields_ = [("struct_size", c_uint32), ("part", c_char_p), ("channel", c_char_p),
                ("name", c_char_p), ("seconds", c_double), ("flops", c_double)]


regatta_work_fn = CFUNCTYPE(None, c_void_p, POINTER(regatta_work))


class regatta_train_options(Struct):
    defaults = {"heads": 1, "layers": 2, "patience": 3, "eval_every": 10, "refit": 1,
                "valid_share": 0.1, "l2": 1e-08, "seed": 1, "sequence_heads": 1,
                "sequence_dropout": -1.0, "sequence_seconds": 600.0, "checkpoint_seconds": 60.0,
                "valid_latest": 5}
    _fields_ = [("struct_size", c_uint32), ("attention", c_uint32), ("heads", c_uint32),
                ("layers", c_uint32), ("dim", c_uint32), ("combine", c_uint32), ("start", c_uint32),
                ("loss", c_uint32), ("weighting", c_uint32), ("max_steps", c_uint32),
                ("patience", c_uint32), ("eval_every", c_uint32), ("batch_users", c_uint32),
                ("softmax_items", c_uint32), ("refit", c_uint32), ("valid_share", c_float),
                ("learning_rate", c_float), ("temperature", c_float), ("l2", c_float),
                ("edge_dropout", c_float), ("seed", c_uint64), ("preset", c_uint32),
                ("channels", c_char_p), ("progress", regatta_progress_fn),
                ("progress_state", c_void_p), ("expect", c_uint32), ("work", regatta_work_fn),
                ("work_state", c_void_p), ("sequence", c_uint32), ("sequence_dim", c_uint32),
                ("sequence_blocks", c_uint32), ("sequence_heads", c_uint32),
                ("sequence_window", c_uint32), ("sequence_dropout", c_float),
                ("sequence_seconds", c_float), ("target", c_uint32),
                ("item_features", POINTER(regatta_features)),
                ("user_features", POINTER(regatta_features)),
                ("sources", POINTER(POINTER(regatta_graph))), ("n_sources", c_uint32),
                ("checkpoint_seconds", c_float), ("checkpoint", c_char_p), ("resume", c_char_p),
                ("memory_limit", c_uint64), ("share", c_uint32), ("hierarchy", c_uint32),
                ("item_groups", POINTER(regatta_features)), ("denoise", c_uint32),
                ("dynamic", c_uint32), ("feature_vectors", c_uint32),
                ("init", POINTER(regatta_model)), ("valid_latest", c_uint32)]


class regatta_extension(Struct):
    _fields_ = [("struct_size", c_uint32), ("n_items", c_uint32), ("n_users", c_uint32),
                ("n_known_items", c_uint32), ("n_known_users", c_uint32),
                ("n_bare_items", c_uint32), ("n_bare_users", c_uint32)]


regatta_write_fn = CFUNCTYPE(c_int, c_void_p, c_void_p, c_size_t)


class regatta_convert_options(Struct):
    _fields_ = [("struct_size", c_uint32), ("type", c_uint32), ("index", c_uint32),
                ("index_degree", c_uint32), ("index_build", c_uint32), ("communities", c_uint32)]


class regatta_model_info(Struct):
    _fields_ = [("struct_size", c_uint32), ("n_users", c_uint32), ("n_items", c_uint32),
                ("dim", c_uint32), ("n_edges", c_int64), ("data_hash", c_uint64),
                ("valid_ndcg", c_double), ("valid_recall", c_double), ("type", c_uint32),
                ("index_degree", c_uint32), ("index_build", c_uint32), ("index_bytes", c_int64),
                ("index_recall", c_double), ("vector_scale", c_double),
                ("item_bias", POINTER(c_float)), ("channel", c_uint32 * 16),
                ("n_interactions", c_int64), ("has_order", c_uint32), ("has_time", c_uint32),
                ("time_first", c_int64), ("time_last", c_int64), ("n_communities", c_uint32),
                ("n_dislikes", c_int64), ("n_shown", c_int64), ("exposure", c_double),
                ("n_own_users", c_uint32), ("n_own_items", c_uint32)]


class regatta_query(Struct):
    _fields_ = [("struct_size", c_uint32), ("n", c_int64), ("user", POINTER(c_uint32)),
                ("offset", POINTER(c_int64)), ("item", POINTER(c_uint32)),
                ("vector", POINTER(c_float)), ("side", c_uint32), ("time", POINTER(c_int64)),
                ("at", POINTER(c_int64)), ("exclude_offset", POINTER(c_int64)),
                ("exclude", POINTER(c_uint32))]


class regatta_candidates_options(Struct):
    defaults = {"n": 500}
    _fields_ = [("struct_size", c_uint32), ("n", c_uint32), ("sources", c_uint32),
                ("keep_seen", c_uint32), ("only", POINTER(c_uint32)), ("n_only", c_int64),
                ("exclude", POINTER(c_uint32)), ("n_exclude", c_int64), ("exact", c_uint32),
                ("effort", c_uint32), ("communities", c_float), ("reads", POINTER(c_int64))]


class regatta_denoise_options(Struct):
    defaults = {"seed": 1}
    _fields_ = [("struct_size", c_uint32), ("seed", c_uint64), ("noise", POINTER(c_float)),
                ("suspect", POINTER(c_uint32)), ("same_as", POINTER(c_uint32))]


class regatta_denoise_report(Struct):
    _fields_ = [("struct_size", c_uint32), ("n_copies", c_uint32), ("n_sprees", c_uint32),
                ("n_bots", c_uint32), ("spree_usual", c_uint32), ("spree_above", c_uint32),
                ("n_noise", c_double)]


class regatta_metrics(Struct):
    _fields_ = [("struct_size", c_uint32), ("k", c_uint32), ("recall", c_double),
                ("precision", c_double), ("f1", c_double), ("accuracy", c_double),
                ("ndcg", c_double), ("map", c_double), ("mrr", c_double), ("hit", c_double),
                ("auc", c_double), ("coverage", c_double), ("gini", c_double),
                ("novelty", c_double)]


regatta_per_user_fn = CFUNCTYPE(None, c_void_p, c_uint32, c_uint32, POINTER(regatta_metrics), c_int)


class regatta_evaluate_options(Struct):
    defaults = {"mmr": 1.0}
    _fields_ = [("struct_size", c_uint32), ("k", POINTER(c_uint32)), ("n_k", c_int),
                ("keep_seen", c_uint32), ("per_user", regatta_per_user_fn),
                ("per_user_state", c_void_p), ("history", POINTER(regatta_graph)), ("mmr", c_float),
                ("popularity_penalty", c_float), ("pool", c_uint32), ("unknown", c_uint32),
                ("other", POINTER(regatta_metrics)),
                ("more_histories", POINTER(POINTER(regatta_graph))), ("n_more_histories", c_uint32),
                ("every_next", c_uint32), ("only", POINTER(c_uint32)), ("n_only", c_int64)]


class regatta_evaluation(Struct):
    _fields_ = [("struct_size", c_uint32), ("n_users", c_uint32), ("n_test", c_int64),
                ("n_unknown_users", c_uint32), ("n_unknown_edges", c_int64),
                ("n_seen_edges", c_int64), ("test_hash", c_uint64), ("n_unknown_history", c_int64),
                ("n_other_users", c_uint32), ("n_other_test", c_int64), ("asked_at_test", c_uint32),
                ("n_outside", c_int64), ("n_earlier", c_int64)]


class regatta_paired(Struct):
    _fields_ = [("struct_size", c_uint32), ("n", c_int64), ("mean_a", c_double),
                ("mean_b", c_double), ("difference", c_double), ("standard_error", c_double),
                ("t", c_double), ("p", c_double), ("low", c_double), ("high", c_double)]


class regatta_contribution(Struct):
    _fields_ = [("struct_size", c_uint32), ("item", c_uint32), ("contribution", c_double),
                ("channel", c_double * 16), ("attention", c_float)]


class regatta_explanation(Struct):
    _fields_ = [("struct_size", c_uint32), ("item", c_uint32), ("n_contributions", c_int64),
                ("score", c_double), ("history", c_double * 16), ("direct", c_double * 16),
                ("bias", c_double * 16), ("popularity", c_double), ("centre", c_double),
                ("residual", c_double), ("exposure", c_double)]


class regatta_feature_part(Struct):
    _fields_ = [("struct_size", c_uint32), ("modality", c_char_p), ("feature", c_char_p),
                ("contribution", c_double)]


class regatta_history(Struct):
    _fields_ = [("struct_size", c_uint32), ("has_time", c_uint32), ("capacity", c_int64),
                ("n", c_int64), ("item", POINTER(c_uint32)), ("time", POINTER(c_int64)),
                ("weight", POINTER(c_float))]


class regatta_logged(Struct):
    _fields_ = [("struct_size", c_uint32), ("path", c_char_p),
                ("read", POINTER(regatta_read_options)), ("report", POINTER(regatta_read_report)),
                ("n", c_int64), ("user", POINTER(c_uint32)), ("item", POINTER(c_uint32)),
                ("position", POINTER(c_uint32)), ("propensity", POINTER(c_double)),
                ("reward", POINTER(c_double)), ("time", POINTER(c_int64)), ("n_users", c_uint32),
                ("n_items", c_uint32), ("user_names", POINTER(c_char_p)),
                ("item_names", POINTER(c_char_p))]


class regatta_logged_options(Struct):
    _fields_ = [("struct_size", c_uint32), ("keep_seen", c_uint32), ("temperature", c_double),
                ("max_weight", c_double), ("strict", c_uint32), ("only", POINTER(c_uint32)),
                ("n_only", c_int64)]


class regatta_logged_evaluation(Struct):
    _fields_ = [("struct_size", c_uint32), ("n_users", c_uint32), ("n", c_int64),
                ("n_unknown_users", c_int64), ("n_unknown_items", c_int64), ("n_outside", c_int64),
                ("n_seen", c_int64), ("n_matched", c_int64), ("n_clipped", c_int64),
                ("n_actions", c_int64), ("asked_at_times", c_uint32), ("effective_n", c_double),
                ("mean_weight", c_double), ("mean_weight_error", c_double),
                ("largest_weight", c_double), ("value", c_double * 8),
                ("standard_error", c_double * 8), ("low", c_double * 8), ("high", c_double * 8),
                ("gain", c_double * 8), ("gain_error", c_double * 8), ("gain_low", c_double * 8),
                ("gain_high", c_double * 8)]


class regatta_calibration(Struct):
    _fields_ = [("struct_size", c_uint32), ("form", c_uint32), ("held_out", c_uint32),
                ("n_users", c_double), ("n_positives", c_double), ("n_pairs", c_double),
                ("log_loss", c_double), ("constant", c_double), ("bin_pairs", c_double * 10),
                ("bin_predicted", c_double * 10), ("bin_observed", c_double * 10)]


class regatta_pairs(Struct):
    _fields_ = [("struct_size", c_uint32), ("n", c_int64), ("user", POINTER(c_uint32)),
                ("label", POINTER(c_uint8)), ("score", POINTER(c_float)),
                ("weight", POINTER(c_double)), ("probability", POINTER(c_double))]


class regatta_pair_metrics(Struct):
    _fields_ = [("struct_size", c_uint32), ("n", c_int64), ("n_positives", c_int64),
                ("n_users", c_int64), ("n_both", c_int64), ("auc", c_double),
                ("auc_error", c_double), ("gauc", c_double), ("gauc_error", c_double),
                ("log_loss", c_double), ("log_loss_error", c_double), ("constant", c_double),
                ("calibration_error", c_double), ("bin_pairs", c_double * 10),
                ("bin_predicted", c_double * 10), ("bin_observed", c_double * 10)]


class regatta_prune_options(Struct):
    defaults = {"solve": 1, "drop_loss": 0.01}
    _fields_ = [("struct_size", c_uint32), ("solve", c_uint32), ("edges", c_uint64),
                ("share", c_double), ("bytes", c_uint64), ("agreement", c_double),
                ("drop", c_char_p), ("drop_loss", c_double)]


class regatta_prune_report(Struct):
    _fields_ = [("struct_size", c_uint32), ("solved", c_uint32), ("edges_before", c_uint64),
                ("edges_after", c_uint64), ("agreement", c_double), ("dropped", c_uint32)]


class regatta_recommend_options(Struct):
    defaults = {"k": 20, "mmr": 1.0}
    _fields_ = [("struct_size", c_uint32), ("k", c_uint32), ("keep_seen", c_uint32),
                ("only", POINTER(c_uint32)), ("n_only", c_int64), ("exclude", POINTER(c_uint32)),
                ("n_exclude", c_int64), ("mmr", c_float), ("popularity_penalty", c_float),
                ("pool", c_uint32)]


class regatta_report_options(Struct):
    defaults = {"item": 4294967295, "k": 20, "sample": 4000}
    _fields_ = [("struct_size", c_uint32), ("page", regatta_write_fn), ("json", regatta_write_fn),
                ("page_state", c_void_p), ("json_state", c_void_p),
                ("test", POINTER(regatta_graph)), ("user", POINTER(c_uint32)), ("n_users", c_int64),
                ("item", c_uint32), ("k", c_uint32), ("sample", c_uint32), ("title", c_char_p),
                ("item_title", POINTER(c_char_p))]


class regatta_similar_options(Struct):
    defaults = {"k": 20}
    _fields_ = [("struct_size", c_uint32), ("k", c_uint32), ("by", c_uint32),
                ("only", POINTER(c_uint32)), ("n_only", c_int64), ("exclude", POINTER(c_uint32)),
                ("n_exclude", c_int64)]


class regatta_axis(Struct):
    _fields_ = [("struct_size", c_uint32), ("field", c_uint32), ("scale", c_uint32),
                ("n_values", c_uint32), ("low", c_double), ("high", c_double),
                ("values", POINTER(c_double))]


class regatta_trial(Struct):
    _fields_ = [("struct_size", c_uint32), ("number", c_uint32),
                ("options", POINTER(regatta_train_options)), ("n_fits", c_uint32),
                ("is_sampled", c_uint32), ("fold", c_uint32), ("seed", c_uint32),
                ("ndcg", c_double), ("standard_error", c_double), ("difference", c_double),
                ("difference_error", c_double), ("n_users", c_int64), ("seconds", c_double),
                ("spent", c_double), ("is_winner", c_uint32)]


regatta_trial_fn = CFUNCTYPE(c_int, c_void_p, POINTER(regatta_trial))


class regatta_tune_options(Struct):
    defaults = {"folds": 5, "seeds": 2, "trials": 27, "seed": 1}
    _fields_ = [("struct_size", c_uint32), ("n_axes", c_uint32), ("axes", POINTER(regatta_axis)),
                ("train", POINTER(regatta_train_options)), ("crossing", c_uint32),
                ("folds", c_uint32), ("seeds", c_uint32), ("trials", c_uint32),
                ("budget", c_double), ("seed", c_uint64), ("measured", regatta_trial_fn),
                ("measured_state", c_void_p), ("result", regatta_trial_fn),
                ("result_state", c_void_p)]


class regatta_tuning(Struct):
    _fields_ = [("struct_size", c_uint32), ("winner", c_uint32), ("crossing", c_uint32),
                ("n_trials", c_uint32), ("n_fits", c_int64), ("is_cut", c_uint32),
                ("seconds", c_double)]


class regatta_update_options(Struct):
    defaults = {"measure": 1, "checkpoint_seconds": 60.0}
    _fields_ = [("struct_size", c_uint32), ("steps", c_uint32), ("measure", c_uint32),
                ("item_features", POINTER(regatta_features)),
                ("user_features", POINTER(regatta_features)), ("progress", regatta_progress_fn),
                ("progress_state", c_void_p), ("forget", POINTER(c_uint32)), ("n_forget", c_int64),
                ("checkpoint", c_char_p), ("resume", c_char_p), ("checkpoint_seconds", c_float),
                ("skip_known", c_uint32)]


class regatta_update_report(Struct):
    _fields_ = [("struct_size", c_uint32), ("n_users", c_uint32), ("n_items", c_uint32),
                ("n_touched_users", c_uint32), ("n_touched_items", c_uint32), ("n_since", c_uint32),
                ("n_interactions", c_int64), ("n_added_since", c_int64), ("n_trained", c_int64),
                ("overlap", c_double), ("ndcg_before", c_double), ("ndcg_after", c_double),
                ("ndcg_error", c_double), ("n_measured", c_uint32), ("n_solved", c_int64),
                ("n_targets", c_int64), ("is_due", c_uint32), ("n_known", c_int64)]


# (name, type of the result, types of the arguments) of every function.
FUNCTIONS: List[Tuple[str, Any, List[Any]]] = [
    ("regatta_status_name", c_char_p, [c_int]),
    ("regatta_channel_name", c_char_p, [c_uint32]),
    ("regatta_ctx_traffic", c_int, [POINTER(regatta_ctx), POINTER(regatta_traffic)]),
    ("regatta_ctx_create", c_int, [POINTER(POINTER(regatta_ctx)), POINTER(regatta_ctx_options)]),
    ("regatta_last_error", c_char_p, [POINTER(regatta_ctx)]),
    ("regatta_ctx_free", None, [POINTER(regatta_ctx)]),
    ("regatta_column_of_name", c_int, [c_char_p, c_uint32, POINTER(c_uint32)]),
    ("regatta_graph_read", c_int,
     [POINTER(regatta_ctx), POINTER(POINTER(regatta_graph)), c_char_p, POINTER(regatta_read_options), POINTER(regatta_read_report)]),
    ("regatta_interactions_convert", c_int,
     [POINTER(regatta_ctx), c_char_p, POINTER(regatta_read_options), c_char_p, POINTER(regatta_interactions_options), POINTER(regatta_read_report)]),
    ("regatta_graph_from_edges", c_int,
     [POINTER(regatta_ctx), POINTER(POINTER(regatta_graph)), POINTER(regatta_edges)]),
    ("regatta_graph_from_csr", c_int,
     [POINTER(regatta_ctx), POINTER(POINTER(regatta_graph)), POINTER(regatta_csr)]),
    ("regatta_graph_rows", c_int,
     [POINTER(regatta_ctx), POINTER(regatta_csr), POINTER(regatta_graph)]),
    ("regatta_graph_name", c_char_p, [POINTER(regatta_graph), c_int, c_uint32]),
    ("regatta_graph_find", c_uint32, [POINTER(regatta_graph), c_int, c_char_p]),
    ("regatta_graph_filter", c_int,
     [POINTER(regatta_ctx), POINTER(POINTER(regatta_graph)), POINTER(regatta_graph), POINTER(regatta_filter_options)]),
    ("regatta_graph_split", c_int,
     [POINTER(regatta_ctx), POINTER(POINTER(regatta_graph)), POINTER(POINTER(regatta_graph)), POINTER(POINTER(regatta_graph)), POINTER(regatta_graph), POINTER(regatta_split_options)]),
    ("regatta_graph_summarize", c_int,
     [POINTER(regatta_ctx), POINTER(regatta_graph_summary), POINTER(regatta_graph)]),
    ("regatta_graph_overlap", c_int,
     [POINTER(regatta_ctx), POINTER(regatta_overlap), POINTER(regatta_graph), POINTER(regatta_graph)]),
    ("regatta_graph_write", c_int, [POINTER(regatta_ctx), POINTER(regatta_graph), c_char_p]),
    ("regatta_graph_free", None, [POINTER(regatta_graph)]),
    ("regatta_features_create", c_int, [POINTER(regatta_ctx), POINTER(POINTER(regatta_features))]),
    ("regatta_features_read", c_int,
     [POINTER(regatta_ctx), POINTER(regatta_features), c_char_p, POINTER(regatta_features_options), POINTER(regatta_features_report)]),
    ("regatta_features_convert", c_int,
     [POINTER(regatta_ctx), c_char_p, POINTER(regatta_features_options), c_char_p, POINTER(regatta_features_output), POINTER(regatta_features_report)]),
    ("regatta_features_add", c_int,
     [POINTER(regatta_ctx), POINTER(regatta_features), POINTER(regatta_feature_arrays), POINTER(regatta_features_report)]),
    ("regatta_features_get_info", c_int,
     [POINTER(regatta_ctx), POINTER(regatta_features_info), POINTER(regatta_features), POINTER(regatta_graph), c_int]),
    ("regatta_features_get_modality", c_int,
     [POINTER(regatta_ctx), POINTER(regatta_modality), POINTER(regatta_features), c_uint32]),
    ("regatta_features_free", None, [POINTER(regatta_features)]),
    ("regatta_model_train", c_int,
     [POINTER(regatta_ctx), POINTER(POINTER(regatta_model)), POINTER(regatta_graph), POINTER(regatta_train_options)]),
    ("regatta_model_extend", c_int,
     [POINTER(regatta_ctx), POINTER(POINTER(regatta_model)), POINTER(regatta_model), POINTER(regatta_features), POINTER(regatta_features), POINTER(regatta_extension)]),
    ("regatta_model_features", c_int,
     [POINTER(regatta_ctx), POINTER(POINTER(regatta_features)), POINTER(regatta_model), c_int]),
    ("regatta_model_save", c_int, [POINTER(regatta_ctx), POINTER(regatta_model), c_char_p]),
    ("regatta_model_save_shards", c_int,
     [POINTER(regatta_ctx), POINTER(regatta_model), c_char_p, c_uint32]),
    ("regatta_model_load", c_int,
     [POINTER(regatta_ctx), POINTER(POINTER(regatta_model)), c_char_p]),
    ("regatta_model_write", c_int,
     [POINTER(regatta_ctx), POINTER(regatta_model), regatta_write_fn, c_void_p]),
    ("regatta_model_load_memory", c_int,
     [POINTER(regatta_ctx), POINTER(POINTER(regatta_model)), c_void_p, c_size_t]),
    ("regatta_model_convert", c_int,
     [POINTER(regatta_ctx), POINTER(POINTER(regatta_model)), POINTER(regatta_model), POINTER(regatta_convert_options)]),
    ("regatta_model_get_info", c_int,
     [POINTER(regatta_ctx), POINTER(regatta_model_info), POINTER(regatta_model)]),
    ("regatta_model_json", c_char_p, [POINTER(regatta_model)]),
    ("regatta_model_vectors", POINTER(c_float), [POINTER(regatta_model), c_int]),
    ("regatta_model_name", c_char_p, [POINTER(regatta_model), c_int, c_uint32]),
    ("regatta_model_find", c_uint32, [POINTER(regatta_model), c_int, c_char_p]),
    ("regatta_model_free", None, [POINTER(regatta_model)]),
    ("regatta_candidates", c_int,
     [POINTER(regatta_ctx), POINTER(regatta_model), POINTER(regatta_query), POINTER(regatta_candidates_options), POINTER(c_uint32), POINTER(c_float), POINTER(c_float)]),
    ("regatta_graph_denoise", c_int,
     [POINTER(regatta_ctx), POINTER(POINTER(regatta_graph)), POINTER(regatta_graph), POINTER(regatta_denoise_options), POINTER(regatta_denoise_report)]),
    ("regatta_evaluate", c_int,
     [POINTER(regatta_ctx), POINTER(regatta_model), POINTER(regatta_graph), POINTER(regatta_evaluate_options), POINTER(regatta_metrics), POINTER(regatta_evaluation)]),
    ("regatta_paired_test", c_int,
     [POINTER(regatta_ctx), POINTER(regatta_paired), POINTER(c_double), POINTER(c_double), c_int64]),
    ("regatta_explain", c_int,
     [POINTER(regatta_ctx), POINTER(regatta_model), POINTER(regatta_query), POINTER(c_uint32), c_int64, POINTER(regatta_contribution), c_int64, POINTER(regatta_explanation)]),
    ("regatta_explain_features", c_int,
     [POINTER(regatta_ctx), POINTER(regatta_model), POINTER(regatta_query), c_uint32, POINTER(regatta_feature_part), c_int64, POINTER(c_int64)]),
    ("regatta_model_history", c_int,
     [POINTER(regatta_ctx), POINTER(regatta_history), POINTER(regatta_model), c_uint32]),
    ("regatta_graph_history", c_int,
     [POINTER(regatta_ctx), POINTER(regatta_history), POINTER(regatta_graph), c_uint32]),
    ("regatta_evaluate_logged", c_int,
     [POINTER(regatta_ctx), POINTER(regatta_model), POINTER(regatta_logged), POINTER(regatta_logged_options), POINTER(regatta_logged_evaluation)]),
    ("regatta_model_calibration", c_int,
     [POINTER(regatta_ctx), POINTER(regatta_calibration), POINTER(regatta_model)]),
    ("regatta_calibrate", c_int,
     [POINTER(regatta_ctx), POINTER(POINTER(regatta_model)), POINTER(regatta_model), POINTER(regatta_pairs)]),
    ("regatta_measure_pairs", c_int,
     [POINTER(regatta_ctx), POINTER(regatta_pair_metrics), POINTER(regatta_pairs)]),
    ("regatta_model_prune", c_int,
     [POINTER(regatta_ctx), POINTER(POINTER(regatta_model)), POINTER(regatta_model), POINTER(regatta_prune_options), POINTER(regatta_prune_report)]),
    ("regatta_recommend", c_int,
     [POINTER(regatta_ctx), POINTER(regatta_model), POINTER(regatta_query), POINTER(regatta_recommend_options), POINTER(c_uint32), POINTER(c_float)]),
    ("regatta_report", c_int,
     [POINTER(regatta_ctx), POINTER(regatta_model), POINTER(regatta_report_options)]),
    ("regatta_score", c_int,
     [POINTER(regatta_ctx), POINTER(regatta_model), POINTER(regatta_query), POINTER(c_uint32), c_int64, POINTER(c_float)]),
    ("regatta_score_pairs", c_int,
     [POINTER(regatta_ctx), POINTER(regatta_model), POINTER(regatta_query), POINTER(c_int64), POINTER(c_uint32), POINTER(c_float), POINTER(c_double)]),
    ("regatta_fold_in", c_int,
     [POINTER(regatta_ctx), POINTER(regatta_model), POINTER(regatta_query), POINTER(c_float)]),
    ("regatta_similar", c_int,
     [POINTER(regatta_ctx), POINTER(regatta_model), POINTER(regatta_query), POINTER(regatta_similar_options), POINTER(c_uint32), POINTER(c_float)]),
    ("regatta_float_text", c_int, [POINTER(c_char), c_float]),
    ("regatta_double_text", c_int, [POINTER(c_char), c_double]),
    ("regatta_time_of_text", c_int, [POINTER(c_int64), c_char_p]),
    ("regatta_tune", c_int,
     [POINTER(regatta_ctx), POINTER(regatta_train_options), POINTER(regatta_graph), POINTER(regatta_tune_options), POINTER(regatta_tuning)]),
    ("regatta_model_update", c_int,
     [POINTER(regatta_ctx), POINTER(POINTER(regatta_model)), POINTER(regatta_model), POINTER(regatta_graph), POINTER(regatta_update_options), POINTER(regatta_update_report)]),
    ("regatta_version", c_char_p, []),
    ("regatta_simd", c_char_p, []),
]


def bind(library: ctypes.CDLL) -> ctypes.CDLL:
    """Gives every function of the library its prototype; returns the library."""
    for name, result, arguments in FUNCTIONS:
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library
