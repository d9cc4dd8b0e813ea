#!/bin/sh
# Creates the namespace and the search attributes that Upriver uses, where they are missing.
# Safe to run again: what is there is kept. Address and namespace come from TEMPORAL_*.
set -eu

# The retention of closed returns: a request that comes again within it gets its old answer.
temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" > /dev/null 2>&1 ||
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention 720h

# A new namespace is known to every part of the server only after some seconds.
create() {
  tries=30
  until temporal operator search-attribute create \
    --namespace "$TEMPORAL_NAMESPACE" --name "$1" --type Keyword
  do
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || exit 1
    sleep 2
  done
}

# One by one: given several names and one type, the command creates only the first.
for name in OrderId Coordinator ReturnPhase ReturnId; do
  create "$name"
done
