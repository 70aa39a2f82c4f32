#!/usr/bin/env bash
# play.sh FILE: a session is what a terminal shows: lines that begin with "$ " are commands, the others what they printed.
# Runs its commands and prints the session as it is now, for comparison with the file. Comments (#) and empty lines are
# kept. What differs from one cluster to the next is replaced: ages, times, uids, versions, addresses, the namespace.
set -u

aside() {
  sed -E \
    -e "s/\\b${NS:?}\\b/demo/g" \
    -e 's/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/UID/g' \
    -e 's/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z/TIME/g' \
    -e 's/("?resourceVersion"?: ?)"[0-9]+"/\1"VERSION"/g' \
    -e 's/record \([0-9]+\)/record (VERSION)/' -e 's/127\.0\.0\.1:[0-9]+/ADDRESS:PORT/g' -e 's/\b10\.[0-9]+\.[0-9]+\.[0-9]+\b/ADDRESS/g' \
    -e '/^[^ "{}]/s/ {3,}/   /g' -e 's/(   |^)[0-9]+(s|m|h|d)([0-9]+(s|m|h))?( *$|   )/\1AGE\5/g' -e 's/ +$//'
}

skipping=
while IFS= read -r line; do
  case $line in
    '$ '*)
      printf '%s\n' "$line"
      output=$(bash -c "${line#??}" 2>&1 </dev/null)
      status=$?
      [ -z "$output" ] || printf '%s\n' "$output" | aside
      [ $status = 0 ] || printf '[exit %s]\n' $status
      skipping=1
      ;;
    '' | '#'*)
      printf '%s\n' "$line"
      skipping=
      ;;
    *) [ -n "$skipping" ] || printf '%s\n' "$line" ;;
  esac
done <"$1"
