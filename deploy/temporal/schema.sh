#!/bin/sh
# Brings both of Temporal's databases to the schema of this image's version. Safe to repeat.
set -eu
SQL_PLUGIN=postgres12
SQL_PORT=5432
SQL_PASSWORD=$(cat /run/secrets/temporal_password)
export SQL_PLUGIN SQL_PORT SQL_HOST SQL_USER SQL_PASSWORD

for database in temporal temporal_visibility; do
    case $database in
        temporal) versions=temporal ;;
        temporal_visibility) versions=visibility ;;
    esac
    temporal-sql-tool --database "$database" setup-schema --version 0.0
    temporal-sql-tool --database "$database" update-schema \
        --schema-dir "/etc/temporal/schema/postgresql/v12/$versions/versioned"
done
