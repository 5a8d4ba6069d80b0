/*
 * Runs a statement of `postgres` as superuser, but no code that `postgres` wrote.
 *
 * A statement can run code: creating a policy checks literals against their domains, a foreign-data wrapper calls its
 * validator, an extension's script may call a function or fire a trigger of another role, and an event trigger runs with
 * the privileges of the role that changes the schema. Each would be a way to become superuser.
 */
#include "hosted_rights.h"

#include "access/htup_details.h"
#include "catalog/objectaccess.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

/* The functions that may run now. */
typedef enum Code
{
	ANY_CODE,					/* no statement is elevated */
	PLATFORM_CODE,				/* functions of superusers: those of extensions, and their event triggers */
	NO_CODE						/* none: `postgres` wrote the code that calls them */
} Code;

static Code allowed_code = ANY_CODE;

static object_access_hook_type next_access_hook = NULL;
static needs_fmgr_hook_type next_needs_hook = NULL;
static fmgr_hook_type next_function_hook = NULL;

static Code
code_in(Node *statement)
{
	switch (nodeTag(statement))
	{
		case T_CreateExtensionStmt:
		case T_AlterExtensionStmt:
		case T_AlterObjectSchemaStmt:
			return PLATFORM_CODE;
		default:
			return NO_CODE;
	}
}

/* Runs this one statement as the superuser that created the cluster. Also switches back after an error. */
void
run_as_superuser(UtilityCall *call)
{
	Oid			user;
	int			security_context;
	Code		allowed_before = allowed_code;

	GetUserIdAndSecContext(&user, &security_context);
	SetUserIdAndSecContext(BOOTSTRAP_SUPERUSERID, security_context | SECURITY_LOCAL_USERID_CHANGE);
	allowed_code = code_in(call->plan->utilityStmt);
	PG_TRY();
	{
		run(call);
	}
	PG_FINALLY();
	{
		allowed_code = allowed_before;
		SetUserIdAndSecContext(user, security_context);
	}
	PG_END_TRY();
}

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

static void
refuse_function(Oid function)
{
	ereport(ERROR,
			errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			errmsg("function \"%s\" would run with the rights of a superuser", get_func_name(function)));
}

/* Called for each function in an expression, including built-in ones, when the expression is initialized. */
static void
before_object_access(ObjectAccessType access, Oid class, Oid object, int part, void *argument)
{
	if (next_access_hook)
		next_access_hook(access, class, object, part, argument);
	if (access != OAT_FUNCTION_EXECUTE || allowed_code == ANY_CODE)
		return;
	if (allowed_code == NO_CODE || !belongs_to_superuser(object))
		refuse_function(object);
}

static Datum
do_nothing(PG_FUNCTION_ARGS)
{
	PG_RETURN_VOID();
}

/* Called for functions outside of expressions: validators, triggers, event triggers. */
static bool
needs_hook(Oid function)
{
	return (next_needs_hook && next_needs_hook(function)) || is_event_trigger_function(function) ||
		(allowed_code != ANY_CODE && !belongs_to_superuser(function));
}

/*
 * Skips event triggers of other roles when a superuser or a reserved role changes the schema. A SECURITY DEFINER function
 * already runs as its owner, which is not a superuser, so it may call any function that its owner may call.
 */
static void
before_event_trigger(FmgrInfo *function)
{
	if (belongs_to_superuser(function->fn_oid))
	{
		if (allowed_code == NO_CODE)
			allowed_code = PLATFORM_CODE;
	}
	else if (superuser() || is_reserved_role(GetUserNameFromId(GetUserId(), false)))
		function->fn_addr = do_nothing;
	else
		allowed_code = ANY_CODE;
}

typedef struct Visit
{
	Code		allowed_before;
	Datum		next_private;
} Visit;

static void
before_and_after_function(FmgrHookEventType event, FmgrInfo *function, Datum *private)
{
	Visit	   *visit = (Visit *) DatumGetPointer(*private);

	if (visit == NULL)
	{
		visit = MemoryContextAllocZero(function->fn_mcxt, sizeof(Visit));
		*private = PointerGetDatum(visit);
	}
	if (event == FHET_START)
	{
		visit->allowed_before = allowed_code;
		if (is_event_trigger_function(function->fn_oid))
			before_event_trigger(function);
		else if (allowed_code != ANY_CODE && !belongs_to_superuser(function->fn_oid))
			refuse_function(function->fn_oid);
	}
	else
		allowed_code = visit->allowed_before;
	if (next_function_hook)
		next_function_hook(event, function, &visit->next_private);
}

void
guard_elevation(void)
{
	next_access_hook = object_access_hook;
	object_access_hook = before_object_access;
	next_needs_hook = needs_fmgr_hook;
	needs_fmgr_hook = needs_hook;
	next_function_hook = fmgr_hook;
	fmgr_hook = before_and_after_function;
}
