#include "hosted_rights.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "nodes/nodes.h"
#include "utils/acl.h"

PG_MODULE_MAGIC;

void		_PG_init(void);

static ProcessUtility_hook_type next_utility_hook = NULL;

/* Runs the statement as the current user. */
void
run(UtilityCall *call)
{
	(next_utility_hook ? next_utility_hook : standard_ProcessUtility)
		(call->plan, call->query, call->read_only_tree, call->context, call->params, call->environment,
		 call->destination, call->completion);
}

/* Returns a copy of the statement that may be changed, because the original may belong to a cached plan. */
Node *
own_copy_of_statement(UtilityCall *call)
{
	call->plan = copyObject(call->plan);
	call->read_only_tree = false;
	return call->plan->utilityStmt;
}

static bool
current_user_is_postgres(void)
{
	return GetUserId() == get_role_oid("postgres", true);
}

/* Runs the statement as superuser, with "current_user" replaced by the original user. */
static void
run_policy_statement(UtilityCall *call)
{
	Node	   *statement = own_copy_of_statement(call);

	name_current_user(IsA(statement, CreatePolicyStmt) ? ((CreatePolicyStmt *) statement)->roles
					  : ((AlterPolicyStmt *) statement)->roles);
	run_as_superuser(call);
}

static void
run_role_statement(UtilityCall *call)
{
	Node	   *statement = own_copy_of_statement(call);

	name_current_user(list_make1(IsA(statement, AlterRoleStmt) ? ((AlterRoleStmt *) statement)->role
								 : ((AlterRoleSetStmt *) statement)->role));
	run_as_superuser(call);
}

static void
run_if(bool allowed, UtilityCall *call)
{
	if (allowed)
		run_as_superuser(call);
	else
		run(call);
}

static bool
may_drop(DropStmt *statement)
{
	switch (statement->removeType)
	{
		case OBJECT_POLICY:
		case OBJECT_TRIGGER:
			return may_drop_from_table(statement);
		case OBJECT_EXTENSION:
			return are_privileged_extensions(statement->objects);
		default:
			return false;
	}
}

/* The statements that `postgres` may run beyond its attributes. All others run or fail as in plain PostgreSQL. */
static void
run_as_postgres(UtilityCall *call)
{
	Node	   *statement = call->plan->utilityStmt;

	switch (nodeTag(statement))
	{
		case T_CreateRoleStmt:
			create_role(call);
			break;
		case T_AlterRoleStmt:
			if (may_alter_role((AlterRoleStmt *) statement))
				run_role_statement(call);
			else
				run(call);
			break;
		case T_AlterRoleSetStmt:
			if (may_set_for_role((AlterRoleSetStmt *) statement))
				run_role_statement(call);
			else
				run(call);
			break;
		case T_CreateExtensionStmt:
			create_extension(call);
			break;
		case T_AlterExtensionStmt:
			run_if(is_privileged_extension(((AlterExtensionStmt *) statement)->extname), call);
			break;
		case T_AlterObjectSchemaStmt:
			run_if(((AlterObjectSchemaStmt *) statement)->objectType == OBJECT_EXTENSION &&
				   are_privileged_extensions(list_make1(((AlterObjectSchemaStmt *) statement)->object)),
				   call);
			break;
		case T_CreatePolicyStmt:
			if (takes_policies(((CreatePolicyStmt *) statement)->table))
				run_policy_statement(call);
			else
				run(call);
			break;
		case T_AlterPolicyStmt:
			if (takes_policies(((AlterPolicyStmt *) statement)->table))
				run_policy_statement(call);
			else
				run(call);
			break;
		case T_RenameStmt:
			run_if(((RenameStmt *) statement)->renameType == OBJECT_POLICY &&
				   takes_policies(((RenameStmt *) statement)->relation), call);
			break;
		case T_DropStmt:
			run_if(may_drop((DropStmt *) statement), call);
			break;
		case T_CreateEventTrigStmt:
			create_event_trigger(call);
			break;
		case T_CreatePublicationStmt:
			create_publication(call);
			break;
		case T_AlterPublicationStmt:
			run_if(may_alter_publication((AlterPublicationStmt *) statement), call);
			break;
		case T_CreateFdwStmt:
			create_foreign_data_wrapper(call);
			break;
		case T_AlterFdwStmt:
			run_if(may_alter_foreign_data_wrapper((AlterFdwStmt *) statement), call);
			break;
		default:
			run(call);
	}
}

/*
 * All other statements pass without reading a catalog, because they include ROLLBACK of a failed transaction, in which
 * no catalog can be read.
 */
static bool
concerns_rights(Node *statement)
{
	switch (nodeTag(statement))
	{
		case T_CreateRoleStmt:
		case T_AlterRoleStmt:
		case T_AlterRoleSetStmt:
		case T_DropRoleStmt:
		case T_GrantRoleStmt:
		case T_RenameStmt:
		case T_CreateExtensionStmt:
		case T_AlterExtensionStmt:
		case T_AlterObjectSchemaStmt:
		case T_CreatePolicyStmt:
		case T_AlterPolicyStmt:
		case T_DropStmt:
		case T_CreateEventTrigStmt:
		case T_CreatePublicationStmt:
		case T_AlterPublicationStmt:
		case T_CreateFdwStmt:
		case T_AlterFdwStmt:
			return true;
		default:
			return false;
	}
}

static void
hosted_utility(PlannedStmt *plan, const char *query, bool read_only_tree, ProcessUtilityContext context,
			   ParamListInfo params, QueryEnvironment *environment, DestReceiver *destination,
			   QueryCompletion *completion)
{
	UtilityCall call = {plan, query, read_only_tree, context, params, environment, destination, completion};

	if (!concerns_rights(plan->utilityStmt) || superuser())
	{
		run(&call);
		return;
	}
	refuse_reserved_roles(plan->utilityStmt);
	if (current_user_is_postgres())
		run_as_postgres(&call);
	else
		run(&call);
}

void
_PG_init(void)
{
	next_utility_hook = ProcessUtility_hook;
	ProcessUtility_hook = hosted_utility;
	guard_elevation();
}
