#!/bin/bash
# Runs once, when the data directory is made: the roles, and who owns which database.
set -eu

psql --username postgres --set ON_ERROR_STOP=1 \
    --set owner_password="$(cat /run/secrets/matur_owner_password)" \
    --set app_password="$(cat /run/secrets/matur_app_password)" \
    --set temporal_password="$(cat /run/secrets/temporal_password)" <<'SQL'
CREATE ROLE matur_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE matur_app LOGIN PASSWORD :'app_password';
CREATE ROLE temporal LOGIN PASSWORD :'temporal_password';
CREATE DATABASE matur OWNER matur_owner;
REVOKE ALL ON DATABASE matur FROM PUBLIC;
GRANT CONNECT ON DATABASE matur TO matur_app;
CREATE DATABASE temporal OWNER temporal;
REVOKE ALL ON DATABASE temporal FROM PUBLIC;
CREATE DATABASE temporal_visibility OWNER temporal;
REVOKE ALL ON DATABASE temporal_visibility FROM PUBLIC;
SQL
