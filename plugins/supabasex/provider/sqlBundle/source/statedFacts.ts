import type { AlterTableStmt, Node } from "libpg-query";
import { blockStatements } from "./blockStatements";
import { declarations } from "./declaredObjects";
import type { BundleFile } from "./files";
import { quote } from "./identifiers";
import { parseSql } from "./parser";
import { actsOnUnnamed, comparableText, statementsOf, textOf } from "./statements";

/**
 * A statement that states a fact about an object, such as a grant, a comment or a row security switch. The fact stays
 * if the file runs again without the statement, unlike an object's definition, which the file replaces as a whole.
 */
export interface StatingStatement {
  /** Without comments and with single spaces, as stored in the history. */
  readonly text: string;
  /** The properties that it sets; `undefined`: any except those with separate statements. */
  readonly properties: ReadonlySet<string> | undefined;
  /** The roles whose privileges it sets, as named in the catalog; `undefined` if they are unknown, or it sets none. */
  readonly grantees: ReadonlySet<string> | undefined;
  /** The kinds of objects that it is about; `undefined` if they are unknown. */
  readonly kinds: ReadonlySet<string> | undefined;
  /** Qualified names in it, quoted as in the catalog: `shared.customers`. */
  readonly qualifiedNames: ReadonlySet<string>;
  /** Names without a qualifier, and all other strings. */
  readonly bareNames: ReadonlySet<string>;
  /** Schemas, if it is about all objects in them. */
  readonly wholeSchemas: ReadonlySet<string>;
  /** True for `alter table`, which also changes the sequences of its columns and the tables that inherit from it. */
  readonly altersTable: boolean;
  /** True for calls, and for `do` blocks whose statements the text does not show: they may be about any object. */
  readonly isDynamic: boolean;
  /** True for `set role`: the role that runs the file's other statements owns what they create. */
  readonly setsRole: boolean;
}

const known = new WeakMap<BundleFile, readonly StatingStatement[]>();

/** Returns the stating statements of a file in order. The parser must have been loaded. */
export function statingStatements(file: BundleFile): readonly StatingStatement[] {
  let found = known.get(file);
  if (found === undefined) {
    found = statementsOf(file)
      .flatMap((statement) => {
        const whole = { node: statement.node, text: textOf(file, statement) };
        return blockStatements(whole.node, whole.text, file.serverMajor) ?? [whole];
      })
      .filter(({ node }) => states(node))
      .map(({ node, text }) => describe(text, node));
    known.set(file, found);
  }
  return found;
}

/** Parses a statement from the history. One that the parser does not accept any more may be about anything. */
export function recordedStatement(text: string, serverMajor: number | undefined): StatingStatement {
  let node: Node | undefined;
  try {
    node = parseSql(text, serverMajor).stmts?.[0]?.stmt;
  } catch {
    // Recorded by another version of the parser.
  }
  return describe(text, node);
}

/** Returns whether a statement creates, drops or inserts, so that it states nothing about an object that stays. */
function states(node: Node): boolean {
  if ("VariableSetStmt" in node) return node.VariableSetStmt.name === "role";
  // For an existing bucket, the statement sets the columns that it names and keeps the others.
  if ("InsertStmt" in node) return declarations(node).length > 0;
  if (declarations(node).length > 0) return false;
  // Statistics are about a table that stays.
  if ("CreateStatsStmt" in node) return true;
  return !/^(Create|Define|Drop|Delete|Insert|Update|Merge|Truncate|Transaction|Refresh|Notify|Index|View|Rule)/.test(
    Object.keys(node)[0] ?? "",
  );
}

function describe(source: string, node: Node | undefined): StatingStatement {
  const grant = node !== undefined && "GrantStmt" in node ? node.GrantStmt : undefined;
  const byDefault = node !== undefined && "AlterDefaultPrivilegesStmt" in node;
  const grantees = grant?.grantees ?? (byDefault ? node.AlterDefaultPrivilegesStmt.action?.grantees : []);
  const names: Names = { qualified: new Set(), bare: new Set() };
  if (node !== undefined) collectNames(node, names);
  let text: string | undefined;
  return {
    get text() {
      text ??= comparableText(source);
      return text;
    },
    properties: node === undefined ? undefined : propertiesOf(node),
    grantees: granteesOf(grantees ?? []),
    kinds: node === undefined ? undefined : kindsOf(node),
    qualifiedNames: names.qualified,
    bareNames: names.bare,
    wholeSchemas: grant?.targtype === "ACL_TARGET_ALL_IN_SCHEMA" ? names.bare : new Set(),
    altersTable: node !== undefined && "AlterTableStmt" in node,
    isDynamic: node === undefined || actsOnUnnamed(node, source),
    setsRole: node !== undefined && "VariableSetStmt" in node,
  };
}

interface Names {
  readonly qualified: Set<string>;
  readonly bare: Set<string>;
}

/**
 * Collects every string of a parse tree as a name; a list of strings, and a relation with its schema, as a qualified
 * one.
 */
function collectNames(value: unknown, names: Names): void {
  if (typeof value === "string") {
    names.bare.add(quote(value));
    return;
  }
  if (typeof value !== "object" || value === null) return;
  if (Array.isArray(value)) {
    const parts: unknown[] = value.map((item) => (item as { String?: { sval?: unknown } }).String?.sval);
    if (parts.length > 1 && parts.every((part) => typeof part === "string")) {
      names.qualified.add(parts.map((part) => quote(part as string)).join("."));
    } else for (const item of value) collectNames(item, names);
    return;
  }
  const { schemaname, relname, ...others } = value as Record<string, unknown>;
  if (typeof relname === "string") {
    if (typeof schemaname === "string") names.qualified.add(`${quote(schemaname)}.${quote(relname)}`);
    else names.bare.add(quote(relname));
  }
  for (const other of Object.values(others)) collectNames(other, names);
}

/** Returns the roles, with `public` for PUBLIC; `undefined` if a role depends on the session. */
export function granteesOf(nodes: readonly Node[]): ReadonlySet<string> | undefined {
  const roles = nodes.map((node) => {
    if (!("RoleSpec" in node)) return undefined;
    if (node.RoleSpec.roletype === "ROLESPEC_PUBLIC") return "public";
    return node.RoleSpec.roletype === "ROLESPEC_CSTRING" ? node.RoleSpec.rolename : undefined;
  });
  const named = roles.filter((role) => role !== undefined);
  return named.length === 0 || named.length < roles.length ? undefined : new Set(named);
}

const relations = ["table", "foreign table", "view", "materialized view"];

/** Steps of `alter table`, the property that each sets, and for which kinds. Others may set several. */
const tableSteps: Readonly<Record<string, readonly [property: string, ...kinds: string[]]>> = {
  AT_EnableRowSecurity: ["rowSecurity", "table"],
  AT_DisableRowSecurity: ["rowSecurity", "table"],
  AT_ForceRowSecurity: ["rowSecurityForced", "table"],
  AT_NoForceRowSecurity: ["rowSecurityForced", "table"],
  AT_ChangeOwner: ["owner", ...relations, "sequence"],
  AT_ReplicaIdentity: ["replicaIdentity", "table"],
  AT_SetRelOptions: ["options", ...relations],
  AT_ResetRelOptions: ["options", ...relations],
  AT_ColumnDefault: ["default", "column"],
  AT_SetNotNull: ["notNull", "column"],
  AT_DropNotNull: ["notNull", "column"],
  AT_SetStorage: ["storage", "column"],
  AT_SetCompression: ["compression", "column"],
};

/** The same for `alter index`: its definition contains its storage parameters. */
const indexSteps: typeof tableSteps = {
  AT_SetRelOptions: ["definition", "index"],
  AT_ResetRelOptions: ["definition", "index"],
};

/** Returns what the steps of `alter table` set; `undefined` if one may set several properties. */
function tableStepsOf({
  cmds = [],
  objtype,
}: AlterTableStmt): (readonly [property: string, ...kinds: string[]])[] | undefined {
  const ofKind = objtype === "OBJECT_INDEX" ? indexSteps : tableSteps;
  const steps = cmds.map((command) => {
    const step = "AlterTableCmd" in command ? (command.AlterTableCmd.subtype ?? "") : "";
    if (setsToast(command)) return undefined;
    return ofKind[step] ?? (/(Trig|Rule)/.test(step) ? (["enabled", "trigger", "rule"] as const) : undefined);
  });
  const known = steps.filter((step) => step !== undefined);
  return known.length < steps.length ? undefined : known;
}

/** Returns whether a command sets storage parameters of the TOAST table, which are a separate property. */
function setsToast(command: Node): boolean {
  const def = "AlterTableCmd" in command ? command.AlterTableCmd.def : undefined;
  const options = def !== undefined && "List" in def ? (def.List.items ?? []) : [];
  return options.some((option) => "DefElem" in option && option.DefElem.defnamespace === "toast");
}

function propertiesOf(node: Node): ReadonlySet<string> | undefined {
  if ("GrantStmt" in node || "AlterDefaultPrivilegesStmt" in node) return new Set(["grants"]);
  if ("CommentStmt" in node) return new Set(["comment"]);
  if ("AlterOwnerStmt" in node) return new Set(["owner"]);
  if ("VariableSetStmt" in node) return new Set(["owner"]);
  if ("AlterEventTrigStmt" in node) return new Set(["enabled"]);
  // A setting's name is its property, and a publication's members are objects.
  if ("AlterRoleSetStmt" in node) return settingOf(node.AlterRoleSetStmt.setstmt);
  if ("AlterDatabaseSetStmt" in node) return settingOf(node.AlterDatabaseSetStmt.setstmt);
  if (!("AlterTableStmt" in node)) return undefined;
  const steps = tableStepsOf(node.AlterTableStmt);
  return steps === undefined ? undefined : new Set(steps.map(([property]) => property));
}

function settingOf(set: { name?: string } | undefined): ReadonlySet<string> | undefined {
  return set?.name === undefined ? undefined : new Set([set.name]);
}

/** Kinds of the catalog, by the parser's type of the object of a grant or comment. Others are not distinguished. */
const kindsByType: Readonly<Record<string, readonly string[]>> = {
  OBJECT_COLUMN: ["column"],
  OBJECT_POLICY: ["policy"],
  OBJECT_TRIGGER: ["trigger"],
  OBJECT_RULE: ["rule"],
  OBJECT_TABCONSTRAINT: ["constraint"],
  OBJECT_DOMCONSTRAINT: ["constraint"],
  OBJECT_TABLE: ["table", "foreign table", "view", "materialized view", "sequence"],
  OBJECT_VIEW: ["view"],
  OBJECT_MATVIEW: ["materialized view"],
  OBJECT_SEQUENCE: ["sequence"],
  OBJECT_FUNCTION: ["function", "procedure", "aggregate"],
  OBJECT_PROCEDURE: ["function", "procedure", "aggregate"],
  OBJECT_ROUTINE: ["function", "procedure", "aggregate"],
  OBJECT_AGGREGATE: ["aggregate"],
  OBJECT_SCHEMA: ["schema"],
  OBJECT_TYPE: ["type"],
  OBJECT_DOMAIN: ["type"],
  OBJECT_INDEX: ["index"],
  OBJECT_DATABASE: ["database"],
  OBJECT_EVENT_TRIGGER: ["event trigger"],
  OBJECT_PUBLICATION: ["publication"],
};

function kindsOf(node: Node): ReadonlySet<string> | undefined {
  if ("CommentStmt" in node) return kindsOfType(node.CommentStmt.objtype);
  if ("AlterOwnerStmt" in node) return kindsOfType(node.AlterOwnerStmt.objectType);
  if ("AlterDefaultPrivilegesStmt" in node) return new Set(["default privileges"]);
  if ("AlterPolicyStmt" in node) return new Set(["policy"]);
  if ("AlterPublicationStmt" in node)
    return new Set(["publication", "publication table", "publication schema"]);
  if ("InsertStmt" in node) return new Set(["bucket"]);
  // The attributes and memberships of roles are not in the catalog.
  if ("AlterRoleStmt" in node || "GrantRoleStmt" in node) return new Set();
  if ("AlterRoleSetStmt" in node) return new Set(["role settings"]);
  if ("AlterDatabaseSetStmt" in node) return new Set(["database settings"]);
  if ("AlterTableStmt" in node) {
    const steps = tableStepsOf(node.AlterTableStmt);
    return steps === undefined ? undefined : new Set(steps.flatMap(([, ...kinds]) => kinds));
  }
  if (!("GrantStmt" in node)) return undefined;
  const { objtype, privileges = [] } = node.GrantStmt;
  const ofColumns = privileges.filter(
    (privilege) => "AccessPriv" in privilege && (privilege.AccessPriv.cols ?? []).length > 0,
  ).length;
  if (ofColumns === 0) return kindsOfType(objtype);
  const columns = ["column"];
  return new Set(ofColumns < privileges.length ? [...columns, ...(kindsByType.OBJECT_TABLE ?? [])] : columns);
}

function kindsOfType(type: string | undefined): ReadonlySet<string> | undefined {
  const kinds = kindsByType[type ?? ""];
  return kinds === undefined ? undefined : new Set(kinds);
}
