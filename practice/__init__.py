"""The outside world for demo, training and tests: portals that are servers of their own.

`python -m practice sp4n|laporgub|open311 --port P --directory D`. They know nothing of the house.
"""
