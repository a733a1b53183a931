"""The lessons, one file each: cells of prose and code, which run as scripts and open as notebooks."""
