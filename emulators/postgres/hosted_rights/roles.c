/*
 * Statements about roles: what is forbidden for reserved roles, and what `postgres` may do to all others.
 */
#include "hosted_rights.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "parser/parse_node.h"
#include "utils/acl.h"

/* Returns the name of a role; empty for "public". */
const char *
role_name(const RoleSpec *role)
{
	switch (role->roletype)
	{
		case ROLESPEC_CSTRING:
			return role->rolename;
		case ROLESPEC_CURRENT_ROLE:
		case ROLESPEC_CURRENT_USER:
			return GetUserNameFromId(GetUserId(), false);
		case ROLESPEC_SESSION_USER:
			return GetUserNameFromId(GetSessionUserId(), false);
		default:
			return "";
	}
}

/* Replaces "current_user" by its name, because the statement runs as another user. */
void
name_current_user(List *roles)
{
	ListCell   *cell;

	foreach(cell, roles)
	{
		RoleSpec   *role = lfirst_node(RoleSpec, cell);

		if (role->roletype == ROLESPEC_CURRENT_USER || role->roletype == ROLESPEC_CURRENT_ROLE)
		{
			role->rolename = pstrdup(role_name(role));
			role->roletype = ROLESPEC_CSTRING;
		}
	}
}

static void
refuse_if_reserved(const char *role)
{
	if (is_reserved_role(role))
		ereport(ERROR,
				errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				errmsg("\"%s\" is a reserved role, only superusers can modify it", role));
}

static void
refuse_if_closed(const char *role)
{
	if (!has_open_settings(role))
		refuse_if_reserved(role);
}

static void
refuse_membership_of(const char *role)
{
	if (is_reserved_membership(role))
		ereport(ERROR,
				errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				errmsg("\"%s\" role memberships are reserved, only superusers can grant them", role));
}

static void
refuse_closed_members(List *members)
{
	ListCell   *cell;

	foreach(cell, members)
		refuse_if_closed(role_name(lfirst_node(RoleSpec, cell)));
}

static DefElem *
find_option(List *options, const char *name)
{
	ListCell   *cell;

	foreach(cell, options)
	{
		DefElem    *option = lfirst_node(DefElem, cell);

		if (strcmp(option->defname, name) == 0)
			return option;
	}
	return NULL;
}

/* IN ROLE grants the other roles to the new role; ROLE and ADMIN grant the new role to the others. */
static void
refuse_in_create(CreateRoleStmt *statement)
{
	static const char *const member_options[] = {"rolemembers", "adminmembers"};
	DefElem    *parents = find_option(statement->options, "addroleto");
	ListCell   *cell;

	foreach(cell, parents == NULL ? NIL : (List *) parents->arg)
		refuse_membership_of(role_name(lfirst_node(RoleSpec, cell)));
	for (size_t i = 0; i < lengthof(member_options); i++)
	{
		DefElem    *members = find_option(statement->options, member_options[i]);

		if (members != NULL)
			refuse_closed_members((List *) members->arg);
	}
}

/* ALTER GROUP … ADD USER is another form of GRANT. */
static void
refuse_in_alter(AlterRoleStmt *statement)
{
	DefElem    *members = find_option(statement->options, "rolemembers");

	if (members == NULL)
	{
		refuse_if_reserved(role_name(statement->role));
		return;
	}
	refuse_membership_of(role_name(statement->role));
	refuse_closed_members((List *) members->arg);
}

static void
refuse_in_grant(GrantRoleStmt *statement)
{
	ListCell   *cell;

	foreach(cell, statement->granted_roles)
		refuse_membership_of(lfirst_node(AccessPriv, cell)->priv_name);
	refuse_closed_members(statement->grantee_roles);
}

/*
 * Only `postgres` and its members may change the settings of the API roles. Plain PostgreSQL would let `authenticated` change
 * its own settings, and with them the search path or the timeouts of all later requests.
 */
static void
refuse_in_set(AlterRoleSetStmt *statement)
{
	const char *role;

	if (statement->role == NULL)
		return;
	role = role_name(statement->role);
	if (has_privs_of_role(GetUserId(), get_role_oid("postgres", true)))
		refuse_if_closed(role);
	else
		refuse_if_reserved(role);
}

/* Applies to all roles that are not superusers. */
void
refuse_reserved_roles(Node *statement)
{
	ListCell   *cell;

	switch (nodeTag(statement))
	{
		case T_CreateRoleStmt:
			refuse_in_create((CreateRoleStmt *) statement);
			break;
		case T_AlterRoleStmt:
			refuse_in_alter((AlterRoleStmt *) statement);
			break;
		case T_AlterRoleSetStmt:
			refuse_in_set((AlterRoleSetStmt *) statement);
			break;
		case T_DropRoleStmt:
			foreach(cell, ((DropRoleStmt *) statement)->roles)
				refuse_if_reserved(role_name(lfirst_node(RoleSpec, cell)));
			break;
		case T_RenameStmt:
			if (((RenameStmt *) statement)->renameType == OBJECT_ROLE)
				refuse_if_reserved(((RenameStmt *) statement)->subname);
			break;
		case T_GrantRoleStmt:
			refuse_in_grant((GrantRoleStmt *) statement);
			break;
		default:
			break;
	}
}

static bool
needs_superuser(const DefElem *option)
{
	return strcmp(option->defname, "bypassrls") == 0 || strcmp(option->defname, "isreplication") == 0;
}

/* Runs CREATE ROLE with the user's own privileges, then only sets BYPASSRLS and REPLICATION as superuser. */
void
create_role(UtilityCall *call)
{
	CreateRoleStmt *statement = (CreateRoleStmt *) own_copy_of_statement(call);
	List	   *own_options = NIL;
	UtilityCall rest = *call;
	AlterRoleStmt *alter = makeNode(AlterRoleStmt);
	ListCell   *cell;

	foreach(cell, statement->options)
	{
		DefElem    *option = lfirst_node(DefElem, cell);

		if (needs_superuser(option))
			alter->options = lappend(alter->options, option);
		else
			own_options = lappend(own_options, option);
	}
	statement->options = own_options;
	run(call);
	if (alter->options == NIL)
		return;

	CommandCounterIncrement();
	alter->role = makeNode(RoleSpec);
	alter->role->roletype = ROLESPEC_CSTRING;
	alter->role->rolename = statement->role;
	alter->role->location = -1;
	alter->action = 1;
	rest.plan = copyObject(call->plan);
	rest.plan->utilityStmt = (Node *) alter;
	rest.context = PROCESS_UTILITY_SUBCOMMAND;
	rest.completion = NULL;
	run_as_superuser(&rest);
}

static bool
is_ordinary(const RoleSpec *role, Oid *id)
{
	*id = get_rolespec_oid(role, true);
	return OidIsValid(*id) && !superuser_arg(*id);
}

/*
 * Before version 16, only superusers can alter a role with REPLICATION, such as `postgres` itself. From version 16 on,
 * the attributes of `postgres` are sufficient.
 */
bool
may_alter_role(AlterRoleStmt *statement)
{
#if PG_VERSION_NUM < 160000
	Oid			id;

	return is_ordinary(statement->role, &id) &&
		find_option(statement->options, "superuser") == NULL &&
		find_option(statement->options, "rolemembers") == NULL;
#else
	return false;
#endif
}

/* Settings in the list, for a role that `postgres` may alter, but not for all roles at once. */
bool
may_set_for_role(AlterRoleSetStmt *statement)
{
	Oid			id;

	if (statement->role == NULL || statement->setstmt->name == NULL || !is_allowed_setting(statement->setstmt->name))
		return false;
	if (!is_ordinary(statement->role, &id))
		return false;
#if PG_VERSION_NUM >= 160000
	return id == GetUserId() || is_admin_of_role(GetUserId(), id);
#else
	return true;
#endif
}
