"""What the engine's graph is good for besides `backward`. A file of one's own may stand beside these:

modes           reverse mode and forward mode, the two loops that `transforms`, derivatives of functions, runs
differences     derivatives by differences, for `checking` of gradients and `declaring` of primitives
anomalies       the first NaN or infinity: a recorder, the shortest example of one
events          what recorders are told besides operations; `checkpointing` listens, to run a function again
"""
