"""Pages that train the user's own model, and show what happened in a training."""
