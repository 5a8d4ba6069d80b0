/*
 * An event trigger that `postgres` made would run with the rights of whoever changes the schema. It is skipped when
 * that is a superuser or a reserved role, or making one would be a way to become superuser.
 */
#include "hosted_rights.h"

#include "access/htup_details.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

static needs_fmgr_hook_type next_needs_hook = NULL;
static fmgr_hook_type next_function_hook = NULL;

static bool
is_event_trigger_function(Oid function)
{
	return get_func_rettype(function) == EVENT_TRIGGEROID;
}

static bool
belongs_to_superuser(Oid function)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	bool		result;

	if (!HeapTupleIsValid(tuple))
		return false;
	result = superuser_arg(((Form_pg_proc) GETSTRUCT(tuple))->proowner);
	ReleaseSysCache(tuple);
	return result;
}

static Datum
do_nothing(PG_FUNCTION_ARGS)
{
	PG_RETURN_VOID();
}

static bool
needs_hook(Oid function)
{
	return (next_needs_hook && next_needs_hook(function)) || is_event_trigger_function(function);
}

static void
before_and_after_function(FmgrHookEventType event, FmgrInfo *function, Datum *private)
{
	if (event == FHET_START && is_event_trigger_function(function->fn_oid) &&
		(superuser() || is_reserved_role(GetUserNameFromId(GetUserId(), false))) &&
		!belongs_to_superuser(function->fn_oid))
		function->fn_addr = do_nothing;
	if (next_function_hook)
		next_function_hook(event, function, private);
}

void
guard_event_triggers(void)
{
	next_needs_hook = needs_fmgr_hook;
	needs_fmgr_hook = needs_hook;
	next_function_hook = fmgr_hook;
	fmgr_hook = before_and_after_function;
}
