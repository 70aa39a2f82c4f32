#!/usr/bin/env bash
# restart.sh NAME: ends one process of the rig and starts it again with the same arguments.
#   T     the folder that up.sh was given (default: RIG_T of its env file)
#   SIG   -TERM by default; -KILL: at once (a kube-apiserver with open watches takes 60 s to end by -TERM)
set -u
T=${T:-${RIG_T:?the folder that up.sh was given}}
name=$1
cd "$T" || exit 1
read -r _ pid executable < <(grep "^$name " pids)
if [ "$(readlink "/proc/$pid/exe")" != "$executable" ]; then
  echo "rig: $name does not run" >&2
  exit 1
fi
mapfile -d '' -t arguments <"/proc/$pid/cmdline"
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
kill "${SIG:--TERM}" "$pid"
if ! "$here/await_end.py" "$pid" 90; then
  echo "rig: $name (process $pid) does not end" >&2
  exit 1
fi
nohup "${arguments[@]}" </dev/null >>"$name.log" 2>&1 &
sed -i "s|^$name .*|$name $! $executable|" pids
