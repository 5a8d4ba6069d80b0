/*
 * Objects that in plain PostgreSQL only superusers may create and own: event triggers, publications of all tables,
 * foreign-data wrappers. They are created as superuser, and the requesting role then becomes their owner.
 */
#include "hosted_rights.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/dependency.h"
#include "catalog/indexing.h"
#include "catalog/pg_event_trigger.h"
#include "catalog/pg_foreign_data_wrapper.h"
#include "catalog/pg_publication.h"
#include "miscadmin.h"
#include "utils/rel.h"
#include "utils/syscache.h"

/* ALTER … OWNER TO without the rule that the new owner of such an object must be a superuser. */
static void
give(Oid catalog, int cache, const char *name, AttrNumber owner_column, Oid owner)
{
	Relation	relation = table_open(catalog, RowExclusiveLock);
	HeapTuple	old = SearchSysCacheCopy1(cache, CStringGetDatum(name));

	if (HeapTupleIsValid(old))
	{
		TupleDesc	columns = RelationGetDescr(relation);
		Datum		value = ObjectIdGetDatum(owner);
		bool		is_null = false;
		int			column = owner_column;
		Oid			id = DatumGetObjectId(heap_getattr(old, 1, columns, &is_null));
		HeapTuple	new = heap_modify_tuple_by_cols(old, columns, 1, &column, &value, &is_null);

		CatalogTupleUpdate(relation, &new->t_self, new);
		changeDependencyOnOwner(catalog, id, owner);
		CommandCounterIncrement();
	}
	table_close(relation, RowExclusiveLock);
}

static bool
owns(int cache, const char *name, AttrNumber owner_column)
{
	HeapTuple	tuple = SearchSysCache1(cache, CStringGetDatum(name));
	bool		is_null;
	bool		result;

	if (!HeapTupleIsValid(tuple))
		return false;
	result = DatumGetObjectId(SysCacheGetAttr(cache, tuple, owner_column, &is_null)) == GetUserId();
	ReleaseSysCache(tuple);
	return result;
}

void
create_event_trigger(UtilityCall *call)
{
	CreateEventTrigStmt *statement = (CreateEventTrigStmt *) call->plan->utilityStmt;

	run_as_superuser(call);
	CommandCounterIncrement();
	give(EventTriggerRelationId, EVENTTRIGGERNAME, statement->trigname, Anum_pg_event_trigger_evtowner, GetUserId());
}

/* Returns whether the list has only schemas and no single table, which may belong to another role. */
static bool
are_schemas_only(List *objects)
{
	ListCell   *cell;

	foreach(cell, objects)
	{
		if (lfirst_node(PublicationObjSpec, cell)->pubobjtype == PUBLICATIONOBJ_TABLE)
			return false;
	}
	return objects != NIL;
}

void
create_publication(UtilityCall *call)
{
	CreatePublicationStmt *statement = (CreatePublicationStmt *) call->plan->utilityStmt;

	if (!statement->for_all_tables && !are_schemas_only(statement->pubobjects))
	{
		run(call);
		return;
	}
	run_as_superuser(call);
	CommandCounterIncrement();
	give(PublicationRelationId, PUBLICATIONNAME, statement->pubname, Anum_pg_publication_pubowner, GetUserId());
}

bool
may_alter_publication(AlterPublicationStmt *statement)
{
	return are_schemas_only(statement->pubobjects) &&
		owns(PUBLICATIONNAME, statement->pubname, Anum_pg_publication_pubowner);
}

void
give_foreign_data_wrapper(const char *name, Oid owner)
{
	give(ForeignDataWrapperRelationId, FOREIGNDATAWRAPPERNAME, name, Anum_pg_foreign_data_wrapper_fdwowner, owner);
}

void
create_foreign_data_wrapper(UtilityCall *call)
{
	run_as_superuser(call);
	CommandCounterIncrement();
	give_foreign_data_wrapper(((CreateFdwStmt *) call->plan->utilityStmt)->fdwname, GetUserId());
}

bool
may_alter_foreign_data_wrapper(AlterFdwStmt *statement)
{
	return owns(FOREIGNDATAWRAPPERNAME, statement->fdwname, Anum_pg_foreign_data_wrapper_fdwowner);
}
