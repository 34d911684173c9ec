"""A second core of Tapeline, written from docs/reference alone: plain, slow and independent.

It reads events and says what each must cause. What it is for, how it is run and how it may be
changed is said in the README beside this package. Nothing here is fast on purpose, and nothing here
was translated from the core that trades: where the two disagree, the documents decide.
"""
