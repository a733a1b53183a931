"""The state of a module as data, matched by name."""

import nn
from tests.nn.helpers import inputs


def test_state_dict_goes_into_another_model_of_the_same_shape():
    """load_state_dict, without a file."""
    model, other = nn.MLP(2, [3, 1], seed=0), nn.MLP(2, [3, 1], seed=1)
    other.load_state_dict(model.state_dict())
    assert [other(x).data for x in inputs(3, 2)] == [model(x).data for x in inputs(3, 2)]


def test_states_are_matched_by_name_and_not_by_position():
    """A state in any order of its names is the same state, of a model and of an optimiser."""
    model = nn.Sequential(nn.MLP(2, [3, 2], seed=0), nn.BatchNorm(2))
    optimizer = nn.Adam(model.parameters())
    for at, parameter in enumerate(optimizer.parameters):
        parameter.grad = at + 0.5
    optimizer.step()
    states = model.state_dict(), optimizer.state_dict()
    turned = [dict(reversed(state.items())) for state in states]
    turned[1]["state"] = [dict(reversed(entry.items())) for entry in turned[1]["state"]]
    other = nn.Sequential(nn.MLP(2, [3, 2], seed=1), nn.BatchNorm(2))
    another = nn.Adam(other.parameters())
    other.load_state_dict(turned[0])
    another.load_state_dict(turned[1])
    assert (other.state_dict(), another.state_dict()) == states
