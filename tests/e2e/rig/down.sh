#!/usr/bin/env bash
# Ends what up.sh started, by pid, last first; a pid that another program has by now is left alone. Keeps $T for its logs.
T=${T:?the folder that up.sh was given}
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
if [ ! -e "$T/pids" ]; then
  echo "rig: nothing up in $T"
  exit 0
fi
mine() { [ "$(readlink "/proc/$1/exe" 2>/dev/null)" = "$2" ]; }
tac "$T/pids" | while read -r _ pid executable; do
  mine "$pid" "$executable" || continue
  kill "$pid"
  "$here/await_end.py" "$pid" 5 || kill -9 "$pid"
done
rm -f "$T/pids"
echo "rig: down"
