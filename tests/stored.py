"""Arrays in files, for tests of who reads them."""

import numpy as np


class Stored:
    """An array in a file, as h5py has it: a row for one whole number, and what was read is noted."""

    def __init__(self, array):
        self.array, self.read = array, []
        self.shape, self.dtype, self.ndim = array.shape, array.dtype, array.ndim

    def __len__(self):
        return len(self.array)

    def __getitem__(self, place):
        assert type(place) is int
        self.read.append(place)
        return self.array[place]


def in_file(array, folder):
    """The array as a memmap."""
    np.save(folder / "array.npy", array)
    return np.load(folder / "array.npy", mmap_mode="r")
