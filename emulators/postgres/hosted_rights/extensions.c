/*
 * CREATE EXTENSION for the extensions that hosted projects allow, and the privileges that `postgres` then gets on them.
 */
#include "hosted_rights.h"

#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_authid.h"
#include "commands/extension.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "nodes/value.h"

bool
are_privileged_extensions(List *names)
{
	ListCell   *cell;

	foreach(cell, names)
	{
		if (!is_privileged_extension(strVal(lfirst(cell))))
			return false;
	}
	return true;
}

static List *
without_option(List *options, const char *name)
{
	List	   *kept = NIL;
	ListCell   *cell;

	foreach(cell, options)
	{
		if (strcmp(lfirst_node(DefElem, cell)->defname, name) != 0)
			kept = lappend(kept, lfirst(cell));
	}
	return kept;
}

/* The platform chooses versions and ignores a requested one. */
static void
ignore_version(CreateExtensionStmt *statement)
{
	List	   *kept = without_option(statement->options, "new_version");

	if (list_length(kept) < list_length(statement->options))
		ereport(WARNING, errmsg("the version of extension \"%s\" is ignored", statement->extname));
	statement->options = kept;
}

/* Jobs are only created through functions; their runs may be read and deleted. */
static const char *const cron_grants[] = {
	"grant usage on schema cron to postgres with grant option",
	"grant execute on all functions in schema cron to postgres with grant option",
	"revoke all on cron.job from postgres",
	"grant select on cron.job to postgres with grant option",
	"grant all on cron.job_run_details to postgres with grant option",
	"revoke trigger on cron.job_run_details from postgres",
};

static void
grant_cron(void)
{
	Oid			user;
	int			security_context;

	GetUserIdAndSecContext(&user, &security_context);
	SetUserIdAndSecContext(BOOTSTRAP_SUPERUSERID, security_context | SECURITY_LOCAL_USERID_CHANGE);
	PG_TRY();
	{
		SPI_connect();
		for (size_t i = 0; i < lengthof(cron_grants); i++)
			SPI_execute(cron_grants[i], false, 0);
		SPI_finish();
	}
	PG_FINALLY();
	{
		SetUserIdAndSecContext(user, security_context);
	}
	PG_END_TRY();
}

/*
 * Extensions that no Debian package has, and whose objects the shape of the cluster replaces. Schemas written by
 * `supabase db pull` create them "if not exists".
 */
static bool
is_stood_in_for(const char *name)
{
	const char *schema = strcmp(name, "supabase_vault") == 0 ? "vault"
		: strcmp(name, "pg_graphql") == 0 ? "graphql_public" : NULL;

	return schema != NULL && OidIsValid(get_namespace_oid(schema, true)) && !OidIsValid(get_extension_oid(name, true));
}

void
create_extension(UtilityCall *call)
{
	CreateExtensionStmt *statement = (CreateExtensionStmt *) own_copy_of_statement(call);
	bool		is_cron = strcmp(statement->extname, "pg_cron") == 0;

	if (!is_privileged_extension(statement->extname))
	{
		run(call);
		return;
	}
	if (statement->if_not_exists && is_stood_in_for(statement->extname))
	{
		ereport(NOTICE, errcode(ERRCODE_DUPLICATE_OBJECT),
				errmsg("extension \"%s\" already exists, skipping", statement->extname));
		return;
	}
	ignore_version(statement);
	if (is_cron)
		statement->options = lappend(without_option(statement->options, "schema"),
									 makeDefElem("schema", (Node *) makeString("pg_catalog"), -1));
	run_as_superuser(call);
	CommandCounterIncrement();
	if (is_cron)
		grant_cron();
	/* Without this, no role could create a server with it. */
	if (strcmp(statement->extname, "postgres_fdw") == 0)
		give_foreign_data_wrapper("postgres_fdw", GetUserId());
}
