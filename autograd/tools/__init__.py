"""The tools: what the engine's graph is good for besides `backward`. Each stands alone."""
