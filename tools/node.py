"""Prints how to call the Node that this checkout uses, or with the argument `npm` its npm."""

import sys

import interface
from setup import node

if __name__ == "__main__":
    found = node()
    print(" ".join(interface.npm(found)) if "npm" in sys.argv[1:] else found)
