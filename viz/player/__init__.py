"""The player: a page that steps through a graph, forward and backward."""
