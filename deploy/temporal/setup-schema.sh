#!/bin/sh
# Creates Temporal's two databases in PostgreSQL and brings their schema up to date.
# Safe to run again: what is there is kept. Host, user and password come from SQL_*.
set -eu

schema() {
  database=$1
  versions=$2
  temporal-sql-tool --plugin postgres12 --database "$database" create-database
  # Version 0.0 is only the table of versions; it is created once.
  temporal-sql-tool --plugin postgres12 --database "$database" setup-schema --version 0.0
  temporal-sql-tool --plugin postgres12 --database "$database" update-schema \
    --schema-dir "/etc/temporal/schema/postgresql/v12/$versions/versioned"
}

schema temporal temporal
schema temporal_visibility visibility
