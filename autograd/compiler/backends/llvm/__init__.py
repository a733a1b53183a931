"""The LLVM backend: a program as machine code for this processor."""
