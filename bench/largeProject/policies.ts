import type { Random } from "./random";
import type { Table } from "./tables";

export interface Policy {
  readonly table: Table;
  /** Quoted, because it contains spaces, like the names that the dashboard suggests. */
  readonly name: string;
  readonly command: (typeof commands)[number];
}

const commands = ["select", "insert", "update", "delete"] as const;

/** Returns a policy on one of the tables, preferably a new one, for a command that has no policy there. */
export function newPolicy(tables: readonly Table[], taken: Set<string>, random: Random): Policy {
  for (;;) {
    const table = random.pick(random.chance(0.8) ? tables.slice(-12) : tables);
    const command = random.pick(commands);
    const key = `${command} ${table.full}`;
    if (taken.has(key)) continue;
    taken.add(key);
    return { table, command, name: `"Members can ${command} ${table.name.replaceAll("_", " ")}"` };
  }
}

export function createPolicy({ table, name, command }: Policy, random: Random): string {
  const condition = conditionOf(table, random);
  const using = command === "insert" ? "" : `\n  using (${condition})`;
  const check = command === "insert" || command === "update" ? `\n  with check (${condition})` : "";
  return `create policy ${name} on ${table.full} for ${command} to authenticated${using}${check};\n`;
}

function conditionOf({ name: table, columns }: Table, random: Random): string {
  const own = "tenant_id = (select accounts.current_tenant())";
  const has = (name: string) => columns.some((column) => column.name === name);
  if (has("created_by") && random.chance(0.5)) return `${own} and created_by = (select auth.uid())`;
  if (has("is_archived") && random.chance(0.5)) return `${own} and not is_archived`;
  if (!random.chance(0.3)) return own;
  return `${own} and exists (
    select from accounts.members m
    where m.tenant_id = ${table}.tenant_id
      and m.user_id = (select auth.uid()) and m.role in ('owner', 'manager'))`;
}
