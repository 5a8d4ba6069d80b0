import type pg from "pg";
import type { JsonValue } from "../../foundation/json";
import { UserError } from "../../foundation/userError";
import { type Property, resource } from "../engine/table";
import type { Server } from "./connection";
import { asMemberOf, firstRow, identifier, literal } from "./sql";

type RoleState = {
  name: string;
  password?: string;
  passwordWo?: string;
  passwordWoVersion?: string;
  encryptedPassword: boolean;
  validUntil: string;
  connectionLimit: number;
  superuser: boolean;
  createDatabase: boolean;
  createRole: boolean;
  inherit: boolean;
  login: boolean;
  replication: boolean;
  bypassRowLevelSecurity: boolean;
  roles?: string[];
  searchPaths?: string[];
  statementTimeout?: number;
  idleInTransactionSessionTimeout?: number;
  assumeRole?: string;
  skipDropRole: boolean;
  skipReassignOwned: boolean;
};

/** Attributes that are keywords of `create role` and `alter role`, with the negated keyword. */
const flags = {
  superuser: ["superuser", "nosuperuser"],
  createDatabase: ["createdb", "nocreatedb"],
  createRole: ["createrole", "nocreaterole"],
  inherit: ["inherit", "noinherit"],
  login: ["login", "nologin"],
  replication: ["replication", "noreplication"],
  bypassRowLevelSecurity: ["bypassrls", "nobypassrls"],
} as const satisfies Partial<Record<keyof RoleState, readonly [string, string]>>;
const flagNames = Object.keys(flags) as (keyof typeof flags)[];

/** Settings of a role, with their names in PostgreSQL. */
const timeouts = {
  statementTimeout: "statement_timeout",
  idleInTransactionSessionTimeout: "idle_in_transaction_session_timeout",
} as const;
const timeoutNames = Object.keys(timeouts) as (keyof typeof timeouts)[];

const flag = (value: boolean): Property => ({ type: "boolean", default: value });
const atLeast = (least: number) => (value: JsonValue) =>
  typeof value === "number" && value < least ? `must be at least ${least}` : undefined;

export const role = resource<Server, RoleState>({
  autoname: { maxLength: 63 },
  inputs: {
    name: { type: "string", required: true },
    password: { type: "string", secret: true },
    // Written but never compared. A new version signals a change.
    passwordWo: { type: "string", secret: true, same: () => true },
    passwordWoVersion: { type: "string" },
    encrypted: { type: "string" },
    encryptedPassword: flag(true),
    validUntil: { type: "string", default: "infinity", same: sameInstant },
    connectionLimit: { type: "number", default: -1, check: atLeast(-1) },
    superuser: flag(false),
    createDatabase: flag(false),
    createRole: flag(false),
    inherit: flag(true),
    login: flag(false),
    replication: flag(false),
    bypassRowLevelSecurity: flag(false),
    roles: { type: "list", unordered: true },
    searchPaths: { type: "list" },
    statementTimeout: { type: "number", check: atLeast(0) },
    idleInTransactionSessionTimeout: { type: "number", check: atLeast(0) },
    assumeRole: { type: "string" },
    skipDropRole: flag(false),
    skipReassignOwned: flag(false),
  },

  async create(server, state, context) {
    await server.write(server.database, context, async (client) => {
      const password = state.password ?? state.passwordWo;
      const options = [
        ...flagNames.map((name) => flags[name][state[name] ? 0 : 1]),
        `connection limit ${state.connectionLimit}`,
        `valid until ${literal(state.validUntil)}`,
        ...(password === undefined ? [] : [passwordClause(password)]),
      ];
      // As in the official plugin, an existing role is an error, because it may belong to another application.
      await client.query(`create role ${identifier(state.name)} with ${options.join(" ")}`);
      await setMemberships(client, state.name, { before: [], after: state.roles ?? [] });
      await setSettings(client, {}, state);
    });
    return { id: state.name };
  },

  async read(server, id, known, context) {
    const state = await server.read(server.database, context, (client) =>
      readRole(client, known.name ?? id, server.config.superuser),
    );
    // Without the password: the catalog only has its hash, so a manual change is not detected.
    return state && { id: state.name, state };
  },

  async update(server, _id, { before, after }, context) {
    await server.write(server.database, context, async (client) => {
      const name = identifier(after.name);
      if (before.name !== after.name) {
        await client.query(`alter role ${identifier(before.name)} rename to ${name}`);
      }
      const options = [
        ...flagNames.filter((key) => before[key] !== after[key]).map((key) => flags[key][after[key] ? 0 : 1]),
        ...(before.connectionLimit === after.connectionLimit
          ? []
          : [`connection limit ${after.connectionLimit}`]),
        ...(before.validUntil === after.validUntil ? [] : [`valid until ${literal(after.validUntil)}`]),
        ...newPassword(before, after),
      ];
      if (options.length > 0) await client.query(`alter role ${name} with ${options.join(" ")}`);
      await setMemberships(client, after.name, { before: before.roles ?? [], after: after.roles ?? [] });
      await setSettings(client, before, after);
    });
  },

  async delete(server, id, state, context) {
    await server.write(server.database, context, async (client) => {
      const name = state.name ?? id;
      if ((await readRole(client, name, false)) === undefined) return;
      if (!state.skipReassignOwned) {
        await asMemberOf(client, [name], async () => {
          const heir = identifier(server.databaseUsername);
          await client.query(`reassign owned by ${identifier(name)} to ${heir}`);
          await client.query(`drop owned by ${identifier(name)}`);
        });
      }
      if (!state.skipDropRole) await client.query(`drop role ${identifier(name)}`);
    });
  },
});

async function readRole(
  client: pg.ClientBase,
  name: string,
  configuredAsSuperuser: boolean,
): Promise<(Partial<RoleState> & { name: string }) | undefined> {
  const row = await firstRow<{
    settings: string[] | null;
    reader: string;
    reader_is_superuser: boolean;
    state: Partial<RoleState> & { name: string; login: boolean };
  }>(
    client,
    `select r.rolconfig as settings, current_user as reader,
       (select rolsuper from pg_catalog.pg_roles where rolname = current_user) as reader_is_superuser,
       json_build_object(
         'name', r.rolname, 'superuser', r.rolsuper, 'inherit', r.rolinherit, 'createRole', r.rolcreaterole,
         'createDatabase', r.rolcreatedb, 'login', r.rolcanlogin, 'replication', r.rolreplication,
         'bypassRowLevelSecurity', r.rolbypassrls, 'connectionLimit', r.rolconnlimit,
         'validUntil', coalesce(r.rolvaliduntil::text, 'infinity'),
         'roles', array(select distinct pg_catalog.pg_get_userbyid(m.roleid)
                        from pg_catalog.pg_auth_members m where m.member = r.oid order by 1)
       ) as state
     from pg_catalog.pg_roles r where r.rolname = $1`,
    [name],
  );
  if (row === undefined) return undefined;
  if (configuredAsSuperuser && row.state.login && !row.reader_is_superuser) {
    throw new UserError(
      `Could not read the password of role ${name} from PostgreSQL, because ${row.reader} is not a superuser: set superuser to false in the configuration of the postgresql provider, so that it does not try.`,
    );
  }
  const setting = (key: string) =>
    row.settings?.find((entry) => entry.startsWith(`${key}=`))?.slice(key.length + 1);
  return {
    ...row.state,
    encryptedPassword: true,
    searchPaths:
      setting("search_path")
        ?.split(", ")
        .map((schema) => schema.replace(/^"(.*)"$/, "$1")) ?? [],
    assumeRole: setting("role") ?? "",
    statementTimeout: Number(setting("statement_timeout") ?? 0),
    idleInTransactionSessionTimeout: Number(setting("idle_in_transaction_session_timeout") ?? 0),
  };
}

function passwordClause(password: string): string {
  return password.toUpperCase() === "NULL" ? "password null" : `encrypted password ${literal(password)}`;
}

/** Sets a new password, or the same one after a rename, which clears a password hashed with the old name. */
function newPassword(before: RoleState, after: RoleState): string[] {
  const changed =
    before.name !== after.name ||
    before.password !== after.password ||
    before.passwordWoVersion !== after.passwordWoVersion;
  if (!changed) return [];
  const password = after.password ?? after.passwordWo;
  if (password !== undefined) return [passwordClause(password)];
  return before.password === undefined ? [] : ["password null"];
}

async function setMemberships(
  client: pg.ClientBase,
  member: string,
  { before, after }: { readonly before: readonly string[]; readonly after: readonly string[] },
): Promise<void> {
  const [had, wanted] = [new Set(before), new Set(after)];
  for (const group of had) {
    if (!wanted.has(group)) await client.query(`revoke ${identifier(group)} from ${identifier(member)}`);
  }
  for (const group of wanted) {
    if (!had.has(group)) await client.query(`grant ${identifier(group)} to ${identifier(member)}`);
  }
}

async function setSettings(
  client: pg.ClientBase,
  before: Partial<RoleState>,
  after: RoleState,
): Promise<void> {
  const alter = `alter role ${identifier(after.name)}`;
  const oldPath = (before.searchPaths ?? []).map(identifier).join(", ");
  const path = (after.searchPaths ?? []).map(identifier).join(", ");
  if (path !== oldPath) await client.query(`${alter} set search_path to ${path || "default"}`);
  for (const key of timeoutNames) {
    if ((before[key] ?? 0) === (after[key] ?? 0)) continue;
    // In PostgreSQL, 0 would mean "no limit". In the plugin, 0 means "not set".
    await client.query(
      after[key]
        ? `${alter} set ${timeouts[key]} to ${Number(after[key])}`
        : `${alter} reset ${timeouts[key]}`,
    );
  }
  if ((before.assumeRole ?? "") === (after.assumeRole ?? "")) return;
  await client.query(
    after.assumeRole ? `${alter} set role to ${identifier(after.assumeRole)}` : `${alter} reset role`,
  );
}

/** Parses the server's time format and time zone. */
function sameInstant(desired: JsonValue, actual: JsonValue): boolean {
  if (typeof desired !== "string" || typeof actual !== "string") return false;
  if (desired.toLowerCase() === actual.toLowerCase()) return true;
  const [one, other] = [Date.parse(desired), Date.parse(actual)];
  return !Number.isNaN(one) && one === other;
}
