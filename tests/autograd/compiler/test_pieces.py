"""Pieces of numpy text: what is known of each is true, in programs of random graphs and of models."""

import ast
from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import Value, primitive
from autograd.compiler.backends.numpy.forms import value_form
from autograd.compiler.backends.numpy.pieces import BATCH, Piece, called, name, number, operation
from autograd.compiler.backends.numpy.runtime import NAMES
from autograd.compiler.backends.numpy.text import numpy_program
from autograd.compiler.backends.numpy.writer import Writer
from autograd.symbols import exp, log, sqrt, total, x, z
from tests.autograd.compiler import test_models as models
from tests.autograd.compiler.graphs import graphs
from tests.autograd.compiler.programs import lowered, numpy_function

SUM = operation("{0} + {1}", name("v3"), number(1.0), power=11)
NEGATED = operation("-{0}", name("v3"), power=13)

# fmt: off
PIECES = [
    (name("v3"),                               "v3",                              "name"),
    (number(-0.0),                             "-0.0",                            "number"),
    (number(1e300),                            "1e+300",                          "number"),
    (name("v3").slice(1, 2),                   "v3[1:2]",                         "slice"),
    (name("v3").slice(1, 7, 2).with_axis(),    "v3[1:7:2][:, None]",              "slice"),
    (name("v3").at("..., 0"),                  "v3[..., 0]",                      "view"),
    (name("v3").reshape(2, -1),                "v3.reshape(2, -1)",               "view"),
    (name("v3").reshape(2, 3, -1).slice(0, 1), "v3.reshape(2, 3, -1)[0:1]",       "view"),
    (name("v3").transpose(1, 0, 2).T,          "v3.transpose(1, 0, 2).T",         "view"),
    (name("v3").broadcast_to(2, BATCH),        "np.broadcast_to(v3, (2, batch))", "view"),
    (NEGATED.broadcast_to(2),                  "np.broadcast_to(-v3, (2))",       "view"),
    (name("v3").take(name("i1")),              "v3.take(i1, axis=0)",             "new"),
    (name("v3").slice(0, 2).repeat(3),         "v3[0:2].repeat(3, axis=0)",       "new"),
    (name("v3").total("axis=1"),               "total(v3, axis=1)",               "new"),
    (called("stack", name("v3"), name("v4")),  "stack(v3, v4)",                   "new"),
    (SUM.reshape(2, -1),                       "(v3 + 1.0).reshape(2, -1)",       "new"),
]
# fmt: on


@pytest.mark.parametrize(("piece", "text", "storage"), PIECES)
def test_an_operation_says_what_its_value_is(piece, text, storage):
    """A name, a number, rows of one by a slice, another view, or an array that nothing else holds."""
    assert (str(piece), piece.storage) == (text, storage)
    assert piece.is_short == (storage in ("name", "number", "slice"))


@contextmanager
def noted(monkeypatch):
    """All pieces that are made."""
    pieces, make = [], Piece.__new__

    def noting(*arguments, **options):
        pieces.append(make(*arguments, **options))
        return pieces[-1]

    with monkeypatch.context() as patch:
        patch.setattr(Piece, "__new__", noting)
        yield pieces


def names_in(tree):
    """The variables of a text, but for the arguments of the function."""
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return names - NAMES.keys() - {"real", "p", "x"}


def assert_facts_are_true(program):
    with noted(pytest.MonkeyPatch()) as pieces:
        text = numpy_program(program, gradient=True)
    assert len(pieces) > 5
    for piece in {(piece, piece.power, piece.storage, piece.uses): piece for piece in pieces}.values():
        tree = ast.parse(piece)
        assert piece.uses - {"p", "x"} == names_in(tree)
        assert (piece.storage == "name") == piece.isidentifier()
        assert piece.storage != "number" or repr(float(piece)) == piece
        if len(tree.body) == 1 and isinstance(tree.body[0], ast.Expr):  # and no line
            together = ast.parse(f"{piece:20}.T, {piece:12} * {piece:13}", mode="eval").body.elts
            parts = [together[0].value, together[1].left, together[1].right]
            assert set(map(ast.dump, parts)) == {ast.dump(tree.body[0].value)}
    assert names_in(ast.parse(text.source)) >= text.constants.keys()


class Watched(Writer):
    """Writes programs that look at the memory of arrays, before and after each line that matters."""

    def line(self, template, *parts):
        """Look whether what is written to, and what is said to be new, is shared."""
        target = parts[0] if parts and isinstance(parts[0], Piece) else None
        begins = template.startswith("{0} = ") and target.storage == "name"
        writes = template.startswith(("{0}", "np.add.at({0}")) and not begins and "picked" not in template
        if writes:
            (variable,) = [use for use in target.uses if use[0] == "d"]
            super().line(f"alone({variable!r}, locals())")
        super().line(template, *parts)
        if begins and (template != "{0} = {1}" or parts[1].storage == "new"):
            super().line(f"alone({target!r}, locals())")


def alone(variable, arrays):
    """Fail where another variable shares memory with this one; dP is dp."""
    mine = arrays[variable]
    for other, array in arrays.items():
        if other != variable and isinstance(array, np.ndarray) and {variable, other} != {"dP", "dp"}:
            assert not np.shares_memory(mine, array), f"{variable} shares memory with {other}"


def assert_new_arrays_are_alone(program, p, columns):
    with pytest.MonkeyPatch.context() as patch, np.errstate(all="ignore"):
        patch.setattr("autograd.compiler.backends.numpy.text.Writer", Watched)
        results, gradient = numpy_function(program, True, alone=alone)(p, columns)
    plain = numpy_function(program, True)
    with np.errstate(all="ignore"):
        assert np.array_equal(plain(p, columns)[1], gradient, equal_nan=True)
    assert results.shape[0] == 1


def model_program(make):
    """The program of a model's loss, its parameters, and a batch as columns."""
    model, loss, arguments = make()
    parameters = model.parameters()
    program = lowered(loss, parameters, *[array.shape[1:] for array in arguments])
    columns = np.concatenate([np.reshape(array, (len(array), -1)).T for array in arguments]).astype(float)
    return program, np.array([parameter.data for parameter in parameters]), columns


MODELS = [models.moons, models.digits, models.recurrent, models.spelling, models.transformer]


@given(graph=graphs(), batch=st.sampled_from([1, 3]))
@settings(max_examples=25)
def test_facts_of_random_programs_are_true(graph, batch):
    """The names in each text, how it is bracketed; and what is new, or written to, shares no memory."""
    parameters = [Value(entry) for entry in graph.parameters]
    program = lowered(graph.loss(parameters), parameters, (len(graph.sample),))
    assert_facts_are_true(program)
    assert_new_arrays_are_alone(program, np.array(graph.parameters), graph.batch(batch).T.copy())


@given(graph=graphs(["dot", "select", "chosen"], most_steps=8), batch=st.sampled_from([1, 3]))
@settings(max_examples=25)
def test_facts_of_sums_and_choices_are_true(graph, batch):
    """The same of few primitives, which share operands in every way."""
    parameters = [Value(entry) for entry in graph.parameters]
    program = lowered(graph.loss(parameters), parameters, (len(graph.sample),))
    assert_facts_are_true(program)
    assert_new_arrays_are_alone(program, np.array(graph.parameters), graph.batch(batch).T.copy())


@pytest.mark.parametrize("make", MODELS)
def test_facts_of_models_are_true(make):
    """The same of matrix products, stacks of them, and tables."""
    program, p, columns = model_program(make)
    assert_facts_are_true(program)
    assert_new_arrays_are_alone(program, p, columns)


twice = primitive("twice", total(exp(x)) * total(exp(x)), 2.0 * exp(x) * sqrt(z))


same = primitive("same", x, 1.0)


@pytest.mark.parametrize(
    "f",
    [lambda w, xs: twice([w * entry for entry in xs]), lambda w, xs: same(w * xs[0]) * same(xs[1]).tanh()],
)
def test_facts_of_rules_of_a_user_are_true(f):
    """The same where a part of a rule has a variable of its own, and where a rule is its operand."""
    w = Value(0.5)
    program = lowered(lambda sample: f(w, sample), [w], (3,))
    assert_facts_are_true(program)
    assert_new_arrays_are_alone(program, np.array([0.5]), np.array([[1.0, 2.0], [0.0, 0.5], [-1.0, 3.0]]))


def test_what_a_rule_has_several_times_is_computed_once():
    """A reduction has a variable where the text would have it twice, and stays in the text elsewhere."""
    once = value_form(primitive("once", log(total(exp(x))), exp(x - z)), (None,))
    assert (once.template, once.repeated) == ("np.log(total(np.exp({0})))", {})
    form = value_form(twice, (None,))
    assert [part.template for part in form.repeated.values()] == ["total(np.exp({0}))"]
    (place,) = form.repeated
    assert form.template == f"{{{place}}} * {{{place}}}"
