#!/usr/bin/env bash
# play.sh SESSION: plays a session and shows, as a diff, where it goes differently from how it is written down.
#
# A session is what a terminal shows: lines that begin with "$ " are commands, run by bash; what follows up to the next
# command or comment is what they printed, on both streams, and "[exit N]" when they failed. Comments begin with "#",
# with an empty line before them.
set -u

# What differs from one cluster to the next is put aside: the namespace, uids, times, versions, addresses, ages. Columns
# of tables are as wide as the widest of these, so they are set apart by three spaces, whatever the cluster printed.
aside() {
  sed -E \
    -e "s/\\b${NS:?}\\b/demo/g" \
    -e 's/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/UID/g' \
    -e 's/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z/TIME/g' \
    -e 's/("?resourceVersion"?: ?)"[0-9]+"/\1"VERSION"/g' \
    -e 's/record \([0-9]+\)/record (VERSION)/' \
    -e 's/127\.0\.0\.1:[0-9]+/ADDRESS:PORT/g' \
    -e 's/\b10\.[0-9]+\.[0-9]+\.[0-9]+\b/ADDRESS/g' \
    -e '/^[^ "{}]/s/ {3,}/   /g' \
    -e 's/(   |^)[0-9]+[smhd]([0-9]+[smh])?( *$|   )/\1AGE\3/g' \
    -e 's/ +$//'
}

play() {
  local line output status before='comment'
  while IFS= read -r line; do
    case $line in
      '#'*)
        [ $before = comment ] || echo
        printf '%s\n' "$line"
        before='comment'
        ;;
      '$ '*)
        printf '%s\n' "$line"
        output=$(bash -c "${line#'$ '}" 2>&1 </dev/null)
        status=$?
        [ -z "$output" ] || printf '%s\n' "$output" | aside
        [ $status = 0 ] || printf '[exit %s]\n' $status
        before='command'
        ;;
    esac
  done
}

play <"$1" >.played
diff -U 2 --show-function-line='^[$] ' --label written --label played "$1" .played
