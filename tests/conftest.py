"""Settings of the whole suite."""

from hypothesis import HealthCheck, settings

# Derandomised: the suite gives the same verdict on every run. No deadline: a slow machine is no failure.
settings.register_profile(
    "suite", derandomize=True, deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("suite")
