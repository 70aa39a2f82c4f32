#!/usr/bin/env bash
# restart.sh NAME [SECONDS]: ends one process of the rig, waits, starts it again with the same arguments.
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
# Its sockets are free when the last thread has ended: the first one, or /proc/PID/exe, may go before.
gone() {
  case $(sed 's/.*) //' "/proc/$pid/stat" 2>/dev/null) in
    '') return 0 ;;
    Z*) [ "$(find "/proc/$pid/task" -mindepth 1 -maxdepth 1 2>/dev/null | wc -l)" -le 1 ] ;;
    *) return 1 ;;
  esac
}
kill "${SIG:--TERM}" "$pid"
end=$((SECONDS + 90))
until gone; do
  if [ $SECONDS -ge $end ]; then
    echo "rig: $name (process $pid) does not end" >&2
    exit 1
  fi
  sleep 0.05
done
sleep "${2:-0}"
nohup "${arguments[@]}" </dev/null >>"$name.log" 2>&1 &
sed -i "s|^$name .*|$name $! $executable|" pids
