"""Views: what is to be seen of a graph, in boxes, arrows and words, before any format."""
