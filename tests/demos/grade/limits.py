"""The two limits that submissions are graded with here; the clock judges none of them that ends."""

from demos.grade.running.isolation import Limits

GENEROUS = Limits(300.0, 1024)
"""For what ends: on however busy a machine, only a loop without end takes so long."""

ENDLESS = Limits(6.0, 512)
"""For what never ends, since the test has to wait so long; what comes before takes milliseconds."""
