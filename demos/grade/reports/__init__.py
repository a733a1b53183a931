"""What is written of submissions: text, tables, files for platforms, pages with pictures."""
