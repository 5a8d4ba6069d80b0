/*
 * The privileges of a hosted project's role `postgres` that plain PostgreSQL cannot express: what it may do beyond its
 * attributes, and what only superusers may do to the platform's roles.
 */
#ifndef HOSTED_RIGHTS_H
#define HOSTED_RIGHTS_H

#include "postgres.h"

#include "nodes/parsenodes.h"
#include "tcop/utility.h"

/* The arguments of a utility hook, so that the statement can be changed, or run later or as another user. */
typedef struct UtilityCall
{
	PlannedStmt *plan;
	const char *query;
	bool		read_only_tree;
	ProcessUtilityContext context;
	ParamListInfo params;
	QueryEnvironment *environment;
	DestReceiver *destination;
	QueryCompletion *completion;
} UtilityCall;

/* hosted_rights.c */
extern void run(UtilityCall *call);
extern Node *own_copy_of_statement(UtilityCall *call);

/* lists.c */
extern bool is_reserved_role(const char *role);
extern bool has_open_settings(const char *role);
extern bool is_reserved_membership(const char *role);
extern bool is_privileged_extension(const char *extension);
extern bool is_allowed_setting(const char *setting);

/* roles.c */
extern const char *role_name(const RoleSpec *role);
extern void name_current_user(List *roles);
extern void refuse_reserved_roles(Node *statement);
extern void create_role(UtilityCall *call);
extern bool may_alter_role(AlterRoleStmt *statement);
extern bool may_set_for_role(AlterRoleSetStmt *statement);

/* extensions.c */
extern void create_extension(UtilityCall *call);
extern bool are_privileged_extensions(List *names);

/* tables.c */
extern bool takes_policies(const RangeVar *table);
extern bool may_drop_from_table(DropStmt *statement);

/* owners.c */
extern void create_event_trigger(UtilityCall *call);
extern void create_publication(UtilityCall *call);
extern bool may_alter_publication(AlterPublicationStmt *statement);
extern void create_foreign_data_wrapper(UtilityCall *call);
extern bool may_alter_foreign_data_wrapper(AlterFdwStmt *statement);
extern void give_foreign_data_wrapper(const char *name, Oid owner);

/* elevation.c */
extern void run_as_superuser(UtilityCall *call);
extern void guard_elevation(void);

#endif
