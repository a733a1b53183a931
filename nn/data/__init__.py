"""Data: data sets, their augmentation, and batches of them."""
