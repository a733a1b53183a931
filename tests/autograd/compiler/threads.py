"""Threads that train, and one that reads meanwhile."""

import threading


def read_beside(read, train, optimizers):
    """What `read()` gave, again and again, while a thread for each optimiser ran `train(optimizer)`."""
    done, seen = threading.Event(), []

    def keep_reading():
        while not done.is_set():
            seen.append(read())

    workers = [threading.Thread(target=train, args=(optimizer,)) for optimizer in optimizers]
    reader = threading.Thread(target=keep_reading)
    for thread in (reader, *workers):
        thread.start()
    for thread in workers:
        thread.join(60)
    done.set()
    reader.join(60)
    return seen
