#!/bin/sh
# Prints a Python of version 3.11 or later, or says how to get one.
for name in "${PYTHON:-}" python3 python3.14 python3.13 python3.12 python3.11 python; do
  [ -n "$name" ] || continue
  if path=$(command -v "$name") && "$path" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "$path"
    exit 0
  fi
done
echo "There is no Python 3.11 or later here. On Debian: apt-get install python3 python3-venv; or name one: make PYTHON=/path/to/python3" >&2
exit 1
