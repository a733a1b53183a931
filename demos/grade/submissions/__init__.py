"""What students hand in: files, folders and zips, and whose each is. It runs none of it."""
