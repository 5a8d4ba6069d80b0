/*
 * Names of the roles, extensions and settings to which the hosted rights apply.
 */
#include "hosted_rights.h"

/* Only superusers may alter, rename or drop these. */
static const char *const closed_roles[] = {
	"supabase_admin", "supabase_auth_admin", "supabase_storage_admin", "supabase_read_only_user",
	"supabase_realtime_admin", "supabase_replication_admin", "supabase_etl_admin", "dashboard_user", "pgbouncer",
};

/* The same for these, except that `postgres` may change their settings and make them members of other roles. */
static const char *const roles_with_open_settings[] = {
	"service_role", "authenticator", "authenticated", "anon",
};

/* Only superusers may grant membership in these and in the closed roles. */
static const char *const reserved_memberships[] = {
	"pg_read_server_files", "pg_write_server_files", "pg_execute_server_program", "supabase_functions_admin",
	"authenticator",
};

/* `create extension` of these runs as superuser. */
static const char *const privileged_extensions[] = {
	"address_standardizer", "address_standardizer_data_us", "autoinc", "bloom", "btree_gin", "btree_gist", "citext",
	"cube", "dblink", "dict_int", "dict_xsyn", "earthdistance", "fuzzystrmatch", "hstore", "http", "hypopg",
	"index_advisor", "insert_username", "intarray", "isn", "ltree", "moddatetime", "pg_buffercache", "pg_cron",
	"pg_graphql", "pg_hashids", "pg_jsonschema", "pg_net", "pg_partman", "pg_prewarm", "pg_repack", "pg_stat_monitor",
	"pg_stat_statements", "pg_tle", "pg_trgm", "pg_walinspect", "pgaudit", "pgcrypto", "pgmq", "pgroonga",
	"pgroonga_database", "pgrouting", "pgrowlocks", "pgsodium", "pgstattuple", "pgtap", "plpgsql_check", "postgis",
	"postgis_raster", "postgis_sfcgal", "postgis_tiger_geocoder", "postgis_topology", "postgres_fdw", "refint", "rum",
	"seg", "sslinfo", "supabase_vault", "tablefunc", "tcn", "tsm_system_rows", "tsm_system_time", "unaccent",
	"uuid-ossp", "vector", "wrappers",
#if PG_VERSION_NUM < 170000
	/* Supabase's images of PostgreSQL 17 do not have these. */
	"pgjwt", "plv8", "timescaledb",
#endif
};

/* Superuser settings that `postgres` may set for roles. A trailing * matches all settings with that prefix. */
static const char *const allowed_settings[] = {
	"auto_explain.*", "deadlock_timeout", "log_connections", "log_disconnections", "log_duration", "log_lock_waits",
	"log_min_duration_statement", "log_min_error_statement", "log_min_messages", "log_parameter_max_length",
	"log_replication_commands", "log_statement", "log_temp_files", "pg_net.batch_size", "pg_net.ttl",
	"pg_stat_statements.*", "pgaudit.*", "pgrst.*", "plan_filter.*", "safeupdate.enabled", "session_replication_role",
	"track_io_timing", "wal_compression",
};

static const char *const refused_settings[] = {"pgaudit.log_parameter"};

static bool
matches(const char *pattern, const char *name)
{
	size_t		prefix = strlen(pattern) - 1;

	/* Names of settings are case-insensitive. The parser has folded the other names already. */
	return pattern[prefix] == '*' ? pg_strncasecmp(pattern, name, prefix) == 0 : pg_strcasecmp(pattern, name) == 0;
}

static bool
contains(const char *const *list, size_t length, const char *name)
{
	for (size_t i = 0; i < length; i++)
	{
		if (matches(list[i], name))
			return true;
	}
	return false;
}

#define CONTAINS(list, name) contains(list, lengthof(list), name)

bool
has_open_settings(const char *role)
{
	return CONTAINS(roles_with_open_settings, role);
}

bool
is_reserved_role(const char *role)
{
	return CONTAINS(closed_roles, role) || has_open_settings(role);
}

bool
is_reserved_membership(const char *role)
{
	return CONTAINS(closed_roles, role) || CONTAINS(reserved_memberships, role);
}

bool
is_privileged_extension(const char *extension)
{
	return CONTAINS(privileged_extensions, extension);
}

bool
is_allowed_setting(const char *setting)
{
	return CONTAINS(allowed_settings, setting) && !CONTAINS(refused_settings, setting);
}
