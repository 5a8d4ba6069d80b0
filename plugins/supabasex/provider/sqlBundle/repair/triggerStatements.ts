import type { Catalog, CatalogObject, ObjectIdentity } from "../catalog";
import { literal } from "../catalog/objects";
import { unquoted } from "../source/identifiers";
import { orReplace, text, texts } from "./createStatement";

/** Returns the step of `alter table` or `alter event trigger` that sets when a trigger or a rule fires. */
export function switched(enabled: string): string {
  switch (enabled) {
    case "no":
      return "disable";
    case "on replicas":
      return "enable replica";
    case "always":
      return "enable always";
    default:
      return "enable";
  }
}

/** `enabled` → the server's letter for it. */
const modes: Readonly<Record<string, string>> = { no: "D", "on replicas": "R", always: "A" };

/**
 * Returns the statement that restores a statement trigger of a partitioned table on the partitions of all levels, because the server does
 * not copy it to them. Only partitions without the same trigger are locked. One that has another trigger of this name keeps it. Nothing is
 * restored if not all partitions are expected to have it.
 */
export function restoreCopies({ name, parent = "" }: ObjectIdentity, trigger: CatalogObject): string[] {
  const { definition, enabled, partitions } = trigger;
  const [before, ...others] = text(definition).split(` ON ${parent} `);
  if (partitions !== "all" || before === undefined || others.length === 0) return [];
  const after = ` ${others.join(` ON ${parent} `)}`;
  const mode = text(enabled ?? "yes");
  const table = "pg_catalog.format('%I.%I', n.nspname, c.relname)";
  const block = `
declare
  target text;
begin
  for target in
    select ${table}
    from pg_catalog.pg_partition_tree(${literal(parent)}) p
    join pg_catalog.pg_class c on c.oid = p.relid
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where p.level > 0 and not exists (
      select from pg_catalog.pg_trigger t
      where t.tgrelid = c.oid and t.tgname = ${literal(unquoted(name))} and (t.tgenabled = '${modes[mode] ?? "O"}'
        or pg_catalog.pg_get_triggerdef(t.oid) <> ${literal(`${before} ON `)} || ${table} || ${literal(after)}))
  loop
    execute ${literal(`${orReplace(before)} ON `)} || target || ${literal(after)};
    execute 'alter table only ' || target || ${literal(` ${switched(mode)} trigger ${name}`)};
  end loop;
end`;
  return [`do ${literal(block)}`];
}

/**
 * Returns whether each partition that lacks a statement trigger has another one of its name, which is an object of its own. Only
 * `prune: drop` drops that one, and then the trigger is restored.
 */
export function haveOtherTriggers(
  { name, parent = "" }: ObjectIdentity,
  trigger: CatalogObject,
  { found, live }: { readonly found: CatalogObject; readonly live: Catalog },
): boolean {
  const lacking = texts(found.partitions);
  const definitionOn = (partition: string) =>
    text(trigger.definition).replace(` ON ${parent} `, () => ` ON ${partition} `);
  return (
    lacking.length > 0 &&
    lacking.every((partition) => {
      const other = live[`trigger ${partition} ${name}`];
      return other !== undefined && text(other.definition) !== definitionOn(partition);
    })
  );
}
