"""The command `matur`, and the local house it can start."""
