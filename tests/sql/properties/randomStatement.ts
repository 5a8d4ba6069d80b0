import fc from "fast-check";
import { tenantRoles } from "../support/world";
import {
  insertInto,
  rowIdAt,
  type Table,
  tables,
  tenantColumn,
  tenantIdAt,
  userIdAt,
  writableColumns,
} from "./randomWorld";

/** A request and its sender. Everything is SQL text, so that a counterexample can be pasted into psql. */
export interface Request {
  /** Positions of the tenant and the user, modulo their number; -1 is a user without a tenant. */
  readonly tenant: number;
  readonly user: number;
  /** The sender is a machine: a token with this role, without account, session or membership. */
  readonly machineRole: (typeof tenantRoles)[number] | undefined;
  /** Another tenant's position: the token claims that one. */
  readonly forgedTenant: number | undefined;
  readonly settings: readonly string[];
  readonly sql: string;
}

const place = fc.nat({ max: 3 });
const tableName = fc.constantFrom(...tables);
const rowId = fc.tuple(place, fc.nat({ max: 3 })).map(([tenant, row]) => rowIdAt(tenant, row));
const anyId = fc.oneof(
  rowId,
  place.map(tenantIdAt),
  fc.tuple(place, fc.nat({ max: 2 })).map(([tenant, user]) => userIdAt(tenant, user)),
);

/** Returns conditions, legitimate or not: everything, one row, one tenant, all tenants except the own, another table's rows. */
const condition = (table: Table): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constant("true"),
    anyId.map((id) => `id = '${id}'`),
    place.map((tenant) => `${tenantColumn(table)} = '${tenantIdAt(tenant)}'`),
    place.map((tenant) => `${tenantColumn(table)} <> '${tenantIdAt(tenant)}' or true`),
    tableName.map(
      (other) =>
        `exists (select from ${other} as o where o.${tenantColumn(other)} <> t.${tenantColumn(table)})`,
    ),
    tableName.map((other) => `id in (select id from ${other})`),
  );

const select = tableName.chain((table) =>
  fc.oneof(
    condition(table).map(
      (where) => `select t.${tenantColumn(table)} as tenant from ${table} as t where ${where}`,
    ),
    tableName.map(
      (other) =>
        `select unnest(array[t.${tenantColumn(table)}, o.${tenantColumn(other)}]) as tenant from ${table} as t cross join ${other} as o`,
    ),
    tableName.map(
      (other) =>
        `select o.${tenantColumn(other)} as tenant from ${table} as t full join ${other} as o on o.id = t.id
         union all select ${tenantColumn(table)} from ${table}`,
    ),
    fc.constant(
      `with recursive seen as (select id, ${tenantColumn(table)} as tenant from ${table} union select t.id, t.${tenantColumn(table)} from ${table} as t, seen) select tenant from seen`,
    ),
  ),
);

const others = fc.constantFrom(
  "select tenant_id as tenant from shared.audit_trail",
  "select tenant_id as tenant from shared.metrics",
  "select tenant_id as tenant from shared.search_customers('last')",
  "select tenant_id as tenant from shared.search_customers('%', 1000)",
);

const insert = fc
  .tuple(tableName, place, anyId, anyId, fc.boolean())
  .map(([table, tenant, id, other, upsert]) => {
    const key = ["shared.users", "shared.tenants"].includes(table) ? "id" : "tenant_id, id";
    const column = writableColumns[table];
    return (
      insertInto(table, tenantIdAt(tenant), id, { other }) +
      (upsert ? ` on conflict (${key}) do update set ${column} = excluded.${column}` : "") +
      ` returning ${tenantColumn(table)} as tenant`
    );
  });

const update = tableName.chain((table) =>
  fc
    .tuple(
      condition(table),
      fc.oneof(
        fc.constant(`${writableColumns[table]} = 'changed'`),
        place.map((tenant) => `${tenantColumn(table)} = '${tenantIdAt(tenant)}'`),
        anyId.map((id) => `id = '${id}'`),
        ...(table === "shared.users"
          ? [fc.constant("role = 'admin'"), fc.constant("disabled_at = null")]
          : []),
      ),
      fc.boolean(),
    )
    .map(
      ([where, set, returning]) =>
        `update ${table} as t set ${set} where ${where}` +
        (returning ? ` returning t.${tenantColumn(table)} as tenant` : ""),
    ),
);

const remove = tableName.chain((table) =>
  fc
    .oneof(
      condition(table).map((where) => `where ${where}`),
      tableName.map((other) => `using ${other} as o where o.id = t.id`),
      tableName.map((other) => `using ${other} as o where o.id is not null`),
    )
    .map((which) => `delete from ${table} as t ${which} returning t.${tenantColumn(table)} as tenant`),
);

const setting = fc.oneof(
  place.map((tenant) => `select set_config('app.current_tenant_id', '${tenantIdAt(tenant)}', true)`),
  place.map((tenant) => `select set_config('request.jwt.claim.tenant_id', '${tenantIdAt(tenant)}', true)`),
  fc.constant("select set_config('row_security', 'off', true)"),
  fc.constant("select set_config('search_path', 'pg_temp, shared, public', true)"),
  fc.constant(
    "create temp table users (id uuid, tenant_id uuid, role text, disabled_at timestamptz) on commit drop",
  ),
  fc.constant("set local enable_indexscan = off"),
);

/** Draws the first nine times out of ten, because statements that are always refused show little. */
const mostly = <A, B>(usual: fc.Arbitrary<A>, rare: fc.Arbitrary<B>): fc.Arbitrary<A | B> =>
  fc.oneof({ arbitrary: usual, weight: 9 }, { arbitrary: rare, weight: 1 });

export const request: fc.Arbitrary<Request> = fc.record({
  tenant: mostly(place, fc.constant(-1)),
  user: fc.nat({ max: 2 }),
  machineRole: mostly(fc.constant(undefined), fc.constantFrom(...tenantRoles)),
  forgedTenant: mostly(fc.constant(undefined), place),
  settings: fc.array(setting, { maxLength: 2 }),
  sql: fc.oneof(select, others, insert, update, remove),
});
