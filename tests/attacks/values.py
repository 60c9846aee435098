"""Attacks by what an answer returns: arrays that lie, and answers that spy on what is expected."""

from functools import partial

from attacks.attack import HARMED, Attack

lying = partial(Attack, family="lying arrays")

ATTACKS = [
    lying(
        name="subclass always equal",
        gain="A subclass of ndarray answers every comparison, in every protocol of numpy, with True.",
        source="""
class Yes(np.ndarray):
    __array_priority__ = 1e9

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        shape = np.broadcast_shapes(*(np.shape(value) for value in inputs))
        return np.zeros(shape) if ufunc is np.subtract else np.ones(shape, bool)

    def __array_function__(self, function, types, arguments, options):
        return True

def lie(value):
    return value.view(Yes)
""",
    ),
    lying(
        name="object always equal",
        gain="An object is equal to all, greater and smaller than all, and its difference to all is 0.",
        source="""
class Yes(float):
    def yes(self, *others):
        return True

    __eq__ = __le__ = __ge__ = __lt__ = __gt__ = __bool__ = yes
    __ne__ = lambda self, other: False
    __sub__ = __rsub__ = __abs__ = lambda self, *others: 0.0
    __hash__ = float.__hash__
    shape = property(lambda self: (1, 1))
    ravel = lambda self: self
    __getitem__ = lambda self, key: self
    __len__ = lambda self: 1

def lie(value):
    return Yes(0)
""",
    ),
    lying(
        name="array from callers",
        gain="Asked for its array, an object gives what it finds in the frames of who asks.",
        source="""
class Spy:
    def __array__(self, dtype=None, copy=None):
        frame = sys._getframe()
        while frame := frame.f_back:
            for name in ("desired", "expected", "wanted", "b", "y"):
                if isinstance(frame.f_locals.get(name), np.ndarray | list):
                    return np.array(frame.f_locals[name], dtype)
        return np.zeros((1, 1))

    shape = property(lambda self: np.asarray(self).shape)
    ravel = lambda self: np.asarray(self).ravel()

def lie(value):
    return Spy()
""",
    ),
    lying(
        name="objects inside array",
        gain="An array of objects holds entries that are equal to everything and differ from nothing.",
        source="""
class Yes:
    __eq__ = __le__ = __lt__ = __ge__ = __gt__ = lambda self, other: True
    __sub__ = __rsub__ = __abs__ = __mul__ = __rmul__ = __add__ = lambda self, *others: 0.0
    __float__ = lambda self: float("nan")
    __array_ufunc__ = lambda self, *arguments, **options: True

def lie(value):
    full = np.empty(value.shape, object)
    full.fill(Yes())
    return full
""",
    ),
    lying(
        name="header without data",
        gain="Strides of 0 make eight bytes an array of 10¹² entries: a copy fills the memory.",
        seen=HARMED,
        source="""
def lie(value):
    return np.lib.stride_tricks.as_strided(np.zeros(1), (10**6, 10**6), (0, 0))
""",
    ),
    lying(
        name="masked everywhere",
        gain="A masked array compares nothing, and nothing compared is nothing wrong.",
        source="""
def lie(value):
    return np.ma.masked_all(value.shape)
""",
    ),
    lying(
        name="empty arrays",
        gain="An array without entries, made to fit by broadcasting, has no entry that is wrong.",
        source="""
def lie(value):
    return np.empty((*value.shape[:-1], 0))
""",
    ),
    lying(
        name="infinite and no numbers",
        gain="NaN and infinity pass where a comparison asks whether the difference is too large.",
        source="""
def lie(value):
    full = np.full(value.shape, np.nan)
    full.flat[0] = np.inf
    return full
""",
    ),
    lying(
        name="class pretended",
        gain="A class says that it is ndarray, dict or float, whichever it is asked for.",
        source="""
class Chameleon:
    __class__ = property(lambda self: np.ndarray)
    dtype, shape, ndim, size = np.dtype(float), (1, 1), 2, 1
    __array_interface__ = {"shape": (1, 1), "typestr": "<f8", "data": (8, False), "version": 3}
    astype = lambda self, *arguments: self
    __iter__ = lambda self: iter(())

def lie(value):
    return Chameleon()
""",
        seen=HARMED,
    ),
    lying(
        name="array at no address",
        gain="An array points to memory that nobody has: whoever copies it dies, the grader perhaps.",
        seen=HARMED,
        source="""
class Nowhere:
    __array_interface__ = {"shape": (2, 2), "typestr": "<f8", "data": (4096, False), "version": 3}

def lie(value):
    return np.asarray(Nowhere())
""",
    ),
    lying(
        name="structures without end",
        gain="Lists within themselves, ten thousand keys and numbers of a million digits come back.",
        seen=HARMED,
        source="""
endless = []
endless.append(endless)
values = iter([endless, {n: n for n in range(10**5)}, 10**10**6, [[]] * 10**6, "x" * 10**8, {(): 1}])

def lie(value):
    return next(values, {endless_key: 1 for endless_key in [(1, (2, (3,)))]})
""",
    ),
    lying(
        name="unusual entries",
        gain="Truth values, bytes, half precision, the largest numbers, none and nine dimensions come back.",
        source="""
import itertools
kinds = (bool, np.int8, np.uint64, np.float16, np.float32, np.longdouble, complex, "M8[s]", "U3", "S3")
fills = (1, np.finfo(float).max, np.finfo(float).tiny, -0.0, np.inf)
with np.errstate(all="ignore"):
    filled = [np.full((2, 1), fill).astype(kind) for kind in kinds for fill in fills]
odd = [np.zeros(shape) for shape in ((), (0,), (1,) * 9, (2, 0, 3), (1, 1, 1))]
odd += [2**63, -(2**63), 1e400, True, np.zeros((2, 1))[::-1], np.float64(0), [[0.0]], ((),), "", b""]
values = itertools.cycle(filled + odd)

def lie(value):
    return next(values)
""",
    ),
    lying(
        name="dictionary that lies",
        gain="A dictionary has every key, and gives another value each time it is read.",
        source="""
class Every(dict):
    def __missing__(self, key):
        return np.random.default_rng().normal(size=(1, 1))

    keys = lambda self: {0, 1, 2}
    __contains__ = lambda self, key: True
    __eq__ = lambda self, other: True
    __hash__ = None
    items = lambda self: iter([(1, np.nan)])

def forward_221(W, b, x):
    return Every(), Every()

def deltas_221(W, z, a, y):
    return Every()
""",
        answers={"deltas_221": ""},
    ),
]
