"""Ctrl-C at a moment that is chosen, which a timer's is not."""

import sys


def interrupted_after(lines, modules, work):
    """Whether Ctrl-C came while `work()` ran: it does when so many lines of these modules have begun."""
    files, begun = {module.__file__ for module in modules}, iter(range(lines))

    def trace(frame, event, argument):
        if event == "line" and next(begun, None) is None:
            raise KeyboardInterrupt
        return trace if frame.f_code.co_filename in files else None

    kept = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(kept)
    return False
