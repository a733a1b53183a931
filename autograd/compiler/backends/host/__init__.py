"""What backends share whose programs read and write arrays in this process's memory.

`backend` is the base of theirs, `buffer` their inputs, `trainer` their steps, `updates` an optimiser's
formula on arrays.
"""
