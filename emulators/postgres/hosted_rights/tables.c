/*
 * Statements that `postgres` may run on tables of the platform, which it does not own.
 */
#include "hosted_rights.h"

#include "catalog/namespace.h"
#include "nodes/value.h"
#include "utils/lsyscache.h"

static bool
is_in_schema(Oid table, const char *schema)
{
	char	   *actual = get_namespace_name(get_rel_namespace(table));

	return actual != NULL && strcmp(actual, schema) == 0;
}

static bool
is_named(Oid table, const char *name)
{
	char	   *actual = get_rel_name(table);

	return actual != NULL && strcmp(actual, name) == 0;
}

/* All tables of auth and storage, and the two tables of realtime that control who receives messages. */
bool
takes_policies(const RangeVar *table)
{
	Oid			id = RangeVarGetRelid(table, NoLock, true);

	if (!OidIsValid(id))
		return false;
	return is_in_schema(id, "auth") || is_in_schema(id, "storage") ||
		(is_in_schema(id, "realtime") && (is_named(id, "messages") || is_named(id, "subscription")));
}

/* Where `postgres` may create triggers, it may also drop them. */
static bool
takes_triggers(const RangeVar *table)
{
	Oid			id = RangeVarGetRelid(table, NoLock, true);

	return OidIsValid(id) && (is_in_schema(id, "auth") || is_in_schema(id, "storage"));
}

/* DROP POLICY and DROP TRIGGER name one object: the table's name, followed by that of the policy or trigger. */
bool
may_drop_from_table(DropStmt *statement)
{
	List	   *name = linitial_node(List, statement->objects);
	RangeVar   *table;

	if (list_length(name) < 2)
		return false;
	table = makeRangeVarFromNameList(list_truncate(list_copy(name), list_length(name) - 1));
	return statement->removeType == OBJECT_POLICY ? takes_policies(table) : takes_triggers(table);
}
