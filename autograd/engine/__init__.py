"""The engine: from an operation to a node, from a graph to its gradients."""
