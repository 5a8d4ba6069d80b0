import type { Random } from "./random";
import type { Column, Table } from "./tables";

export interface GeneratedFunction {
  readonly table: Table;
  readonly number: number;
  readonly kind: "trigger" | "create" | "search" | "report";
}

const kinds = ["trigger", "create", "create", "search", "search", "report"] as const;

export function newFunction(table: Table, number: number, random: Random): GeneratedFunction {
  return { table, number, kind: random.pick(kinds) };
}

/**
 * Returns the statement that creates or replaces a function.
 *
 * @param edition differs each time that a later migration replaces the body
 */
export function createFunction({ table, number, kind }: GeneratedFunction, edition: number): string {
  switch (kind) {
    case "trigger":
      return triggerFunction(table, number, edition);
    case "create":
      return creatingFunction(table, number, edition);
    case "search":
      return searchFunction(table, number, edition);
    case "report":
      return reportFunction(table, number, edition);
  }
}

/** Returns the statements that belong to a new function: its trigger, grants or comment. */
export function afterFunction({ table, number, kind }: GeneratedFunction): string {
  const { schema, full } = table;
  switch (kind) {
    case "trigger":
      return `create trigger watch_${number} after insert or update on ${full}
  for each row execute function ${schema}.watch_${number}();
`;
    case "create":
      return `grant execute on function ${schema}.create_${table.name}_${number} to authenticated;\n`;
    case "search":
      return `comment on function ${schema}.search_${table.name}_${number} is 'Searches what the caller may see.';\n`;
    case "report":
      return `revoke execute on function ${schema}.report_${table.name}_${number}(uuid, date) from public;
grant execute on function ${schema}.report_${table.name}_${number}(uuid, date) to service_role;
`;
  }
}

function triggerFunction({ schema, name, columns }: Table, number: number, edition: number): string {
  const changes = columns
    .map(
      (column) => `  if tg_op = 'INSERT' or new.${column.name} is distinct from old.${column.name} then
    changed := changed || jsonb_build_object('${column.name}', to_jsonb(new.${column.name}));
  end if;`,
    )
    .join("\n");
  return `create or replace function ${schema}.watch_${number}() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  changed jsonb := '{}';
begin
${changes}
  if changed = '{}' then
    return null;
  end if;
  insert into accounts.audit_log (tenant_id, relation, record_id, edition, change)
  values (new.tenant_id, '${schema}.${name}', new.id::text, ${edition}, changed);
  return null;
end;
$$;
`;
}

function creatingFunction(
  { schema, full, name, key, columns }: Table,
  number: number,
  edition: number,
): string {
  const parameters = columns.map(
    (column) => `  p_${column.name} ${column.type.replace(/\(.*\)/, "")} default null`,
  );
  const checks = columns
    .filter(({ type }) => type === "text")
    .map(
      (column) => `  if length(p_${column.name}) > ${200 + edition * 50} then
    raise exception '${column.name} is too long: % characters', length(p_${column.name})
      using errcode = 'check_violation', hint = 'Use at most ${200 + edition * 50} characters.';
  end if;`,
    );
  return `create or replace function ${schema}.create_${name}_${number}(
${parameters.join(",\n")}
) returns ${key}
language plpgsql set search_path = '' as $$
declare
  tenant uuid := accounts.current_tenant();
  result ${key};
begin
  if tenant is null then
    raise exception 'not signed in to a tenant' using errcode = 'insufficient_privilege';
  end if;
${checks.join("\n")}
  insert into ${full} (tenant_id, ${columns.map((column) => column.name).join(", ")})
  values (tenant, ${columns.map(argumentFor).join(", ")})
  returning id into result;
  return result;
end;
$$;
`;
}

/** Returns the argument for a column. A required column gets a value of its type. */
function argumentFor({ name, type, rest = "" }: Column): string {
  if (!rest.includes("not null")) return `p_${name}`;
  const fallback = /default ('[^']*'|\S+)/.exec(rest)?.[1] ?? "null";
  return `coalesce(p_${name}, ${fallback}${type === "text[]" || type === "jsonb" ? `::${type}` : ""})`;
}

function searchFunction(
  { schema, full, name, key, columns }: Table,
  number: number,
  edition: number,
): string {
  const texts = columns.filter(({ type }) => type === "text");
  const conditions = texts.map((column) => `r.${column.name} ilike '%' || query || '%'`);
  return `create or replace function ${schema}.search_${name}_${number}(query text, page integer default 0)
returns table (id ${key}, created_at timestamptz, rank bigint)
language sql stable set search_path = '' as $$
  select r.id, r.created_at, row_number() over (order by r.created_at desc) as rank
  from ${full} r
  where r.tenant_id = (select accounts.current_tenant())
    and (${["query = ''", ...conditions].join("\n      or ")})
  order by r.created_at desc
  limit ${20 + edition} offset page * ${20 + edition}
$$;
`;
}

function reportFunction({ schema, full, name, columns }: Table, number: number, edition: number): string {
  const figures = columns.map((column) => `      '${column.name}', count(r.${column.name}),`).join("\n");
  return `create or replace function ${schema}.report_${name}_${number}(tenant uuid, since date)
returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  result jsonb := '[]';
  day record;
begin
  for day in
    select date_trunc('day', r.created_at) as day,
    jsonb_build_object(
${figures}
      'records', count(*)
    ) as figures
    from ${full} r
    where r.tenant_id = tenant and r.created_at >= since
    group by 1
    order by 1
    limit ${100 + edition}
  loop
    result := result || jsonb_build_object('day', day.day, 'figures', day.figures);
  end loop;
  return result;
end;
$$;
`;
}
