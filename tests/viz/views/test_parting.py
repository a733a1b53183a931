"""Parting: whoever shares a box, no boxes use one another in a circle."""

from hypothesis import given
from hypothesis import strategies as st

from viz.views.parting import parts


@st.composite
def shared(draw):
    """Per node of a random graph the nodes that use it, and an owner."""
    size = draw(st.integers(1, 12))
    later = [
        st.sets(st.integers(at + 1, size - 1)) if at + 1 < size else st.just(set()) for at in range(size)
    ]
    return [sorted(draw(users)) for users in later], draw(
        st.lists(st.integers(0, 4), min_size=size, max_size=size)
    )


def box_of(found):
    return {member: at for at, (_, members) in enumerate(found) for member in members}


@given(shared())
def test_every_arrow_leads_to_a_later_box(graph):
    """Each node is in one box of its owner, in order; no circle is left."""
    consumers, owners = graph
    found = parts(consumers, owners)
    box = box_of(found)
    assert sorted(box) == list(range(len(owners)))
    assert all(owners[member] == owner for owner, members in found for member in members)
    assert all(list(members) == sorted(members) for _, members in found)
    assert all(box[source] <= box[user] for source, users in enumerate(consumers) for user in users)


@given(shared())
def test_who_is_in_no_circle_stays_whole(graph):
    """Owners are parted only where there is a circle: boxes that were parted are not parted again."""
    consumers, owners = graph
    box = box_of(parts(consumers, owners))
    again = parts(consumers, [box[at] for at in range(len(owners))])
    assert len(again) == len(set(box.values()))


def test_of_two_in_a_circle_the_one_that_is_not_firm_is_parted():
    """0 and 3 share a box, as do 1 and 2, which use 0 and are used by 3."""
    consumers, owners = [[1], [3], [3], []], ["far", "block", "block", "far"]
    assert parts(consumers, owners, firm={"block"}) == [("far", (0,)), ("block", (1, 2)), ("far", (3,))]
