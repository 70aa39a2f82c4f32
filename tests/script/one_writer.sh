#!/bin/sh
# one_writer.sh DATABASE: fails when two of its replicas were ever writable at once, by the sandbox's ground truth.
# Prints how many leaders there have been.
kubectl-dba sandbox truth "$1" | awk '
  $5 == "leader" { ++leaders }
  $5 == "writable" { writable[$3] = 1 }
  $5 == "read-only" || $5 == "down" { delete writable[$3] }
  { count = 0; for (pod in writable) ++count }
  count > 1 { print "two writers at " $1; two = 1; exit 1 }
  END { if (!two) print leaders " leaders" }'
