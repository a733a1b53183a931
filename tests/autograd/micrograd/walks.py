"""A graph in order, as people find it."""


def walk(root):
    """Children before what is made of them, through `_prev`: the sort of the lecture."""
    order, seen = [], set()

    def visit(v):
        if v not in seen:
            seen.add(v)
            for child in v._prev:
                visit(child)
            order.append(v)

    visit(root)
    return order
