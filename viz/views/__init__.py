"""Views: a graph as boxes and arrows, in words and numbers, before any format."""
