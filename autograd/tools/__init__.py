"""What the engine's graph is good for besides `backward`.

In the order in which to read it; each file knows only those above it:

    handwritten     operations that have no derivative but a function of the user's
    partials        partials as Values, to be differentiated again
    modes           reverse mode and forward mode, as loops over nodes
    arrays          structures in which arrays of numpy stand for many numbers
    variables       a call of a function on what it is differentiated by
    transforms      derivatives of functions: grad, jvp and their kin
    differences     derivatives by differences
    checking        gradients compared with those of other routes
    declaring       primitives of one's own
    events          what recorders are told besides operations
    anomalies       the first NaN or infinity; the simplest recorder to begin another one from
    checkpointing   a function that runs again in the backward pass, for memory

What users call is in `autograd`, too.
"""
