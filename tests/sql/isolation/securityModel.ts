/**
 * The outcome of a command.
 * - `denied`: refused because a privilege is missing, regardless of the rows.
 * - `none`: allowed, and reaches no row. `self`: the actor's own row. `tenant`: every row of the actor's tenant.
 * - `open`: those of the tenant that are not restricted. `all`: every row of every tenant.
 * - for functions: `callable`; `policies` is EXECUTE without the right to call it by name.
 */
export type Expected = "denied" | "none" | "self" | "tenant" | "open" | "all" | "callable" | "policies";

/** Actors, classes of objects, commands, and their outcome. Names are separated by spaces; `*` is any. */
export type Rule = readonly [who: string, what: string, commands: string, expected: Expected];

/**
 * The security model. The first rule that fits decides; what no rule names is denied. It is written manually and independent of
 * the policies: a table that is not named here is `data`, and must be isolated like all data.
 */
export const rules: readonly Rule[] = [
  // Tenant data: members can access their own tenant's, and some of it depending on their role.
  ["user", "customers", "select copy insert update delete", "none"],
  ["employee", "customers", "select copy insert update delete", "open"],
  ["member", "data customers", "select copy insert update delete", "tenant"],
  ["member", "presence", "insert update delete", "self"],
  ["admin manager", "users", "select copy", "tenant"],
  ["admin", "users", "update delete", "tenant"],
  ["member", "users", "select copy update", "self"],
  ["member", "users", "delete", "none"],
  ["member", "presence tenants metrics", "select copy", "tenant"],
  ["admin", "tenants", "update", "tenant"],
  ["member", "tenants", "update", "none"],
  ["admin", "audit", "select copy", "tenant"],
  ["member", "audit", "select copy", "none"],
  // A signed-in user without a tenant has the same grants and cannot access anything.
  ["outsider", "data customers presence", "select copy insert update delete", "none"],
  ["outsider", "users tenants", "select copy update", "none"],
  ["outsider", "users", "delete", "none"],
  ["outsider", "metrics audit", "select copy", "none"],
  // Servers' roles.
  ["service_role", "data customers presence users tenants", "select copy insert update delete", "all"],
  ["service_role", "metrics audit", "select copy", "all"],
  ["supabase_auth_admin", "users tenants", "select copy", "all"],
  ["supabase_auth_admin", "users", "update", "all"],
  ["backup", "*", "select copy receive", "all"],
  ["monitoring", "statistics", "select copy", "all"],
  // The platform's data: objects by bucket, topics by tenant; only the database sends to a tenant's topic :changes.
  ["member", "bucket topic", "select insert update delete receive send", "tenant"],
  ["member", "changes", "receive", "tenant"],
  ["member outsider anon", "bucket topic changes", "select insert update delete receive send", "none"],
  ["service_role", "bucket topic changes", "select insert update delete receive send", "all"],
  // Policies apply to the owner, except where no policy applies.
  ["app_owner", "*", "truncate references trigger maintain", "all"],
  ["app_owner", "statistics", "select copy", "all"],
  ["app_owner", "audit checkpoints log", "insert", "all"],
  ["app_owner", "people", "select copy insert update delete", "all"],
  ["app_owner", "bucket topic changes", "select insert update delete receive send", "denied"],
  ["app_owner", "*", "select copy insert update delete", "none"],
  // Functions. Helpers only work inside policies, and the finder only inside the search.
  ["member outsider", "helper finder", "execute", "policies"],
  // An index of the customers calls it with the privileges of the role that writes a row.
  ["member outsider service_role", "terms", "execute", "policies"],
  ["member outsider", "search", "execute", "callable"],
  ["supabase_auth_admin", "hook", "execute", "callable"],
  ["backup", "checkpoint", "execute", "callable"],
  ["monitoring", "jobs", "execute", "callable"],
  ["app_owner", "helper search hook checkpoint internal terms", "execute", "callable"],
];

/** Returns what the rules expect of an actor, by its names: its own, and `member` for everyone who belongs to a tenant. */
export function expectedOf(who: readonly string[], what: string, command: string): Expected {
  const names = (list: string, wanted: readonly string[]): boolean =>
    list === "*" || list.split(" ").some((name) => wanted.includes(name));
  return (
    rules.find(
      ([actors, classes, commands]) =>
        names(actors, who) && names(classes, [what]) && names(commands, [command]),
    )?.[3] ?? "denied"
  );
}
