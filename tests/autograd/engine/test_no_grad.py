"""no_grad: a context and a decorator, nested, after exceptions, local to the thread and the async task."""

import asyncio
import contextvars
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Value, detect_anomaly, grad, no_grad
from autograd.engine.recorders import Recorder
from autograd.engine.recording import open_blocks, running, using
from nn import simulate_precision


def records():
    """Whether an operation makes a node here and now."""
    a = Value(2.0)
    return bool((a * a).parents)


def test_nothing_is_recorded_inside():
    """Operations, functions, families and reflected operators give leaves with the right data."""
    a = Value(2.0)
    with no_grad():
        results = [
            a * 3,
            3 * a,
            a.tanh(),
            -a,
            autograd.dot([a, a], [1.0, a]),
            autograd.maximum(a, 1.0),
            autograd.sum([a]),
        ]
        numbers = autograd.exp(1.0), autograd.sum([1.0, 2.0])
    assert [type(result) for result in results] == [Value] * len(results)
    assert all(result.parents == result.operands == () and result._op == "" for result in results)
    assert [result.data for result in results] == [6.0, 6.0, a.tanh().data, -2.0, 6.0, 2.0, 2.0]
    assert all(type(number) is float for number in numbers)
    assert records()


def test_nesting():
    """An inner block leaves the outer one in force."""
    with no_grad():
        with no_grad():
            assert not records()
        assert not records()
    assert records()


def test_blocks_are_known_as_long_as_they_are_open():
    """Nested, left by an exception, or by a generator that is dropped: none is open afterwards."""

    def inside():
        with no_grad():
            yield len(open_blocks)

    before = len(open_blocks)
    with no_grad(), detect_anomaly():
        assert len(open_blocks) == before + 2
    with pytest.raises(ZeroDivisionError), no_grad():
        1 / Value(0.0)
    dropped = inside()
    assert next(dropped) == before + 1
    del dropped
    assert len(open_blocks) == before and records()


def test_a_block_in_one_thread_is_none_in_another():
    """While it is open there, operations here make nodes."""
    entered, done = threading.Event(), threading.Event()

    def quiet():
        with no_grad():
            entered.set()
            done.wait(10)

    thread = threading.Thread(target=quiet)
    thread.start()
    assert entered.wait(10)
    here = records()
    done.set()
    thread.join()
    assert here


def test_restored_after_exceptions():
    """Also when the block raises, at any depth."""
    with pytest.raises(ZeroDivisionError), no_grad(), no_grad():
        1 / Value(0.0)
    assert records()


def test_errors_are_the_same_inside():
    """Undefined is undefined, recorded or not."""
    with no_grad(), pytest.raises(autograd.DomainError, match=r"log needs x > 0, got x = -1.0 at 'a'"):
        Value(-1.0, label="a").log()


def test_decorator():
    """@no_grad() runs every call of a function without recording, and keeps its name and its doc."""

    @no_grad()
    def evaluate(number, *, power=1):
        """What it does."""
        return records(), number**power

    assert evaluate(3.0, power=2) == (False, 9.0)
    assert evaluate(2.0) == (False, 2.0)
    assert (evaluate.__name__, evaluate.__doc__) == ("evaluate", "What it does.")
    assert records()


def test_decorator_on_recursion():
    """A decorated function may call itself."""

    @no_grad()
    def count(n):
        return [records(), *(count(n - 1) if n else [])]

    assert count(3) == [False] * 4
    assert records()


def test_decorator_on_a_coroutine_function():
    """The body runs without recording, across its awaits; other tasks record meanwhile."""

    @no_grad()
    async def evaluate():
        before = records()
        await asyncio.sleep(0)
        return before, records()

    async def train():
        await asyncio.sleep(0)
        return records()

    async def main():
        return await asyncio.gather(evaluate(), train(), evaluate())

    assert asyncio.run(main()) == [(False, False), True, (False, False)]


def test_decorator_refuses_a_generator_function():
    """Its body runs between the lines of another function: what to write instead is said at once."""
    with pytest.raises(TypeError, match=r"cannot decorate a generator; write `with no_grad\(\):` inside it"):

        @no_grad()
        def generate():
            yield records()


def test_local_to_the_thread():
    """A thread started inside records; one that enters no_grad leaves the others alone."""
    seen = {}
    inside, done = threading.Event(), threading.Event()

    def quiet():
        with no_grad():
            inside.set()
            done.wait(5)
            seen["quiet"] = records()

    with no_grad():
        plain = threading.Thread(target=lambda: seen.update(plain=records()))
        plain.start()
        plain.join()
    thread = threading.Thread(target=quiet)
    thread.start()
    assert inside.wait(5)
    seen["main"] = records()
    done.set()
    thread.join()
    assert seen == {"plain": True, "main": True, "quiet": False}


def test_local_to_the_async_task():
    """A task inside no_grad does not silence its siblings while it awaits."""

    async def quiet():
        with no_grad():
            await asyncio.sleep(0)
            return records()

    async def loud():
        await asyncio.sleep(0)
        return records()

    async def main():
        return await asyncio.gather(quiet(), loud(), quiet())

    assert asyncio.run(main()) == [False, True, False]


def test_transforms_differentiate_inside():
    """grad records for itself: inside no_grad it gives the same gradients, and the outside stays silent."""
    with no_grad():
        assert grad(lambda x: x**3)(2.0) == 12.0
        assert grad(grad(lambda x: x**3))(2.0) == 12.0
        assert autograd.jvp(lambda x: x * x, (3.0,), (1.0,)) == (9.0, 6.0)
        assert not records()


def test_no_grad_inside_a_differentiated_function_makes_a_constant():
    """What is computed under no_grad inside f is a constant of f."""

    def f(x):
        with no_grad():
            constant = x * x
        return constant * x

    assert grad(f)(3.0) == 9.0


def test_graph_built_before_may_be_swept_inside():
    """no_grad stops recording, not backward."""
    x = Value(3.0)
    y = x * x
    with no_grad():
        y.backward()
    assert x.grad == 6.0


def test_threads_differentiate_at_once():
    """Graphs without nodes in common are swept at once; transforms share the leaves they close over."""
    w, found = Value(2.0), []

    def work(number):
        for _ in range(50):
            x = Value(number)
            y = autograd.sum([x * w.data, x * x, (x * 0.5).tanh()])
            y.backward()
            found.append((number, x.grad, grad(lambda v: w * v * v)(number)))

    threads = [threading.Thread(target=work, args=(number,)) for number in (1.0, 2.0, 3.0)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 150 and len(set(found)) == 3
    assert not w.reached


# ---- blocks that outlive their context ------------------------------------------------------------

CONTEXTS = {
    "no_grad": no_grad,
    "detect_anomaly": detect_anomaly,
    "simulate_precision": lambda: simulate_precision("float16"),
    "using": lambda: using(Recorder()),
}


@pytest.mark.parametrize("make", CONTEXTS.values(), ids=CONTEXTS)
def test_async_generator_that_is_not_exhausted_leaves_nothing_behind(make):
    """The event loop closes it in a task of its own: the block counts as left where it was entered, too."""

    async def stream():
        with make():
            yield 1
            yield 2

    async def main():
        async for _ in stream():
            break
        await asyncio.sleep(0.01)
        return records(), running()

    assert asyncio.run(main()) == (True, None)


@pytest.mark.parametrize("make", CONTEXTS.values(), ids=CONTEXTS)
def test_generator_begun_inside_and_ended_outside_leaves_nothing_behind(make):
    """Its block is entered above another one that is left first."""

    def answers():
        with make():
            yield 1
            yield 2

    generator = answers()
    with make():
        next(generator)
    assert records()
    list(generator)
    assert records() and running() is None


@pytest.mark.parametrize("make", CONTEXTS.values(), ids=CONTEXTS)
def test_block_inside_one_that_has_been_left_elsewhere(make):
    """What was entered above it goes on, and hands on to what was below."""
    outer, inner = make(), make()
    outer.__enter__()
    inner.__enter__()
    contextvars.Context().run(outer.__exit__, None, None, None)
    assert records() == (make is not no_grad)
    inner.__exit__(None, None, None)
    assert records() and running() is None


def test_watcher_above_silence_that_has_been_left_elsewhere():
    """no_grad below detect_anomaly ends in another context: operations are recorded, and still watched."""
    silence = no_grad()
    silence.__enter__()
    with detect_anomaly():
        assert not records()
        contextvars.Context().run(silence.__exit__, None, None, None)
        assert records()
        with pytest.raises(autograd.AnomalyError):
            Value(float("inf")) * 1.0
    assert running() is None


def test_one_object_in_two_threads():
    """Each thread has blocks of its own, however they overlap."""
    shared, found = no_grad(), {}
    first_in, second_in, first_out = threading.Event(), threading.Event(), threading.Event()

    def first():
        with shared:
            first_in.set()
            second_in.wait(5)
            found["first inside"] = records()
        found["first outside"] = records()
        first_out.set()

    def second():
        first_in.wait(5)
        with shared:
            second_in.set()
            first_out.wait(5)
            found["second inside"] = records()
        found["second outside"] = records()

    threads = [threading.Thread(target=work) for work in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {
        "first inside": False,
        "first outside": True,
        "second inside": False,
        "second outside": True,
    }


def test_block_left_without_being_entered_is_refused():
    """By a sentence; and recording goes on."""
    with pytest.raises(RuntimeError, match="a no_grad block was left that was not entered; write `with"):
        no_grad().__exit__(None, None, None)
    assert (Value(1.0) * 2).parents


def test_one_object_nested_in_itself():
    """Also when an exception ends all its blocks at once."""
    shared = no_grad()
    with shared, shared:
        with shared:
            assert not records()
        assert not records()
    with pytest.raises(ZeroDivisionError), shared, shared:
        1 / Value(0.0)
    assert records()


def test_copied_context_begins_silent_and_records_when_the_block_is_left():
    """A copy of a context, as a new task has, knows the block, and that it has been left."""
    with no_grad():
        copied = contextvars.copy_context()
        assert not copied.run(records)
    assert copied.run(records)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.booleans()), max_size=25))
def test_no_interleaving_leaves_anything_switched_off(steps):
    """Three objects, entered and left in three contexts in any order: inside, silence; at last, recording.

    Which block of an object is left is the context's own last one where it has one.
    """
    contexts = [contextvars.Context() for _ in range(3)]
    objects = [no_grad() for _ in range(3)]
    open_blocks = [0] * 3
    for context, which, enters in steps:
        if enters:
            contexts[context].run(objects[which].__enter__)
            open_blocks[which] += 1
            assert not contexts[context].run(records)
        elif open_blocks[which]:
            contexts[context].run(objects[which].__exit__, None, None, None)
            open_blocks[which] -= 1
    for which, count in enumerate(open_blocks):
        for _ in range(count):
            contexts[0].run(objects[which].__exit__, None, None, None)
    assert [context.run(records) for context in contexts] == [True] * 3
