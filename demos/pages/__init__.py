"""The course as pages that need no network: an index, a page for each lesson, a reference.

naming       the names of our packages in a text, and where the reference has them
reference    the reference: docstrings as pages, by pdoc
markup       prose, formulas and code as HTML, by nbconvert
grouping     what a cell showed, as a page sets it
exercises    exercises with their solutions
course       the files
templates/   the pages' HTML, style and script
"""
