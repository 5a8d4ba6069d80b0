import { createFunction, type GeneratedFunction } from "./functions";
import { createPolicy, type Policy } from "./policies";
import type { Random } from "./random";
import type { Table } from "./tables";

/** The objects of earlier migrations that later ones can change. */
export interface Made {
  readonly tables: Table[];
  readonly functions: GeneratedFunction[];
  readonly policies: Policy[];
}

type Change = (made: Made, number: number, random: Random) => string;

/** Changes of existing objects. None of them changes the number of objects. */
const changes: readonly Change[] = [
  (made, number, random) => {
    const table = random.pick(made.tables);
    const [name, type, rest] = random.pick([
      [`source_${number}`, "text", ""],
      [`weight_${number}`, "numeric(10,3)", " default 0"],
      [`is_checked_${number}`, "boolean", " not null default false"],
      [`seen_at_${number}`, "timestamptz", ""],
    ] as const);
    table.added.set(name, type);
    return `alter table ${table.full} add column if not exists ${name} ${type}${rest};
comment on column ${table.full}.${name} is 'Added with change ${number}.';
`;
  },
  (made, number, random) => {
    const table = random.pick(made.tables);
    const [name] = [...table.added.keys()];
    if (name === undefined) return `analyze ${table.full};\n`;
    table.added.delete(name);
    return random.chance(0.5)
      ? `alter table ${table.full} drop column if exists ${name};\n`
      : `alter table ${table.full} rename column ${name} to former_${number};\n`;
  },
  (made, number, random) =>
    made.functions.length === 0 ? "" : createFunction(random.pick(made.functions), 1 + (number % 7)),
  (made, _number, random) => {
    if (made.policies.length === 0) return "";
    const policy = random.pick(made.policies);
    return `drop policy if exists ${policy.name} on ${policy.table.full};\n${createPolicy(policy, random)}`;
  },
  (made, number, random) => {
    const { full } = random.pick(made.tables);
    return `alter table ${full} add constraint recent_${number} check (created_at > '2000-01-01') not valid;
alter table ${full} validate constraint recent_${number};
`;
  },
  (_made, number) => `insert into accounts.settings (key, value) values ('feature_${number}', 'true')
on conflict (key) do update set value = excluded.value;
`,
  (_made, number) => `create table accounts.backfill_${number} as select id, name from accounts.tenants;
update accounts.tenants t set name = b.name from accounts.backfill_${number} b where b.id = t.id and b.name <> t.name;
drop table accounts.backfill_${number};
`,
  (made, _number, random) => {
    const { schema } = random.pick(made.tables);
    return `do $$
declare
  relation regclass;
begin
  for relation in select oid from pg_class where relnamespace = '${schema}'::regnamespace and relkind = 'r' loop
    execute format('revoke truncate, references, trigger on %s from authenticated', relation);
  end loop;
end;
$$;
`;
  },
  (made, _number, random) => {
    const table = random.pick(made.tables);
    const column = random.pick(table.columns);
    return `comment on column ${table.full}.${column.name} is 'The ${column.name.replaceAll("_", " ")}, as people enter it.';\n`;
  },
];

export const evolve: Change = (made, number, random) => random.pick(changes)(made, number, random);
