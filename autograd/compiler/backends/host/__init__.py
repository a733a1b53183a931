"""What backends share whose programs read and write arrays in this process's memory."""
