import type { DefineStmt, Node, RangeVar, TypeName } from "libpg-query";
import { SqlFileError } from "./errors";
import type { BundleFile } from "./files";
import { nameWithoutArguments, quote, withoutQualifier } from "./identifiers";
import { misplacedInRepeatable } from "./notInRepeatables";
import { copiesArgumentType, inputParameters } from "./routineParameters";
import { scheduledJobs } from "./scheduledJobs";
import { statementsOf, textOf } from "./statements";
import { stringConstant } from "./stringConstant";

export type ObjectClass =
  | "function"
  | "procedure"
  | "aggregate"
  | "view"
  | "materialized view"
  | "index"
  | "type"
  | "domain"
  | "policy"
  | "trigger"
  | "rule"
  | "event trigger"
  | "publication"
  | "cron job"
  | "bucket";

/** An object that a file creates, with the names that are needed to find and drop it. */
export interface DeclaredObject {
  readonly class: ObjectClass;
  /** Quoted where necessary, with schema and, for routines, argument types. For jobs and buckets the plain name. */
  readonly name: string;
  /** The table of a policy, trigger or rule. */
  readonly on?: string;
  /** The user of a job, if the file sets a role before it; else the connected role. */
  readonly user?: string;
}

export interface Declaration extends DeclaredObject {
  /** True for `create or replace` and everything else that can simply run again. */
  readonly replaceable: boolean;
  /** The role that the file sets before it, which is the initial owner of the object. */
  readonly creator?: string;
}

interface Declared {
  readonly objects: readonly Declaration[];
  readonly errors: readonly SqlFileError[];
}

const declared = new WeakMap<BundleFile, Declared>();

/**
 * Returns what a repeatable creates, from its parse tree. What dynamic SQL (`do $$ … $$`) creates is unknown. Throws
 * SqlFileError for its first error.
 */
export function declarationsOf(file: BundleFile): readonly Declaration[] {
  const { objects, errors } = declaredBy(file);
  if (errors[0] !== undefined) throw errors[0];
  return objects;
}

/** Returns what a repeatable may not create, and objects without a schema, in the order of the text. */
export function declarationErrors(file: BundleFile): readonly SqlFileError[] {
  return declaredBy(file).errors;
}

function declaredBy(file: BundleFile): Declared {
  const known = declared.get(file);
  if (known !== undefined) return known;
  const found: Declaration[] = [];
  const errors: SqlFileError[] = [];
  let role: string | undefined;
  for (const statement of statementsOf(file)) {
    role = roleAfter(statement.node, role);
    const misplaced = misplacedInRepeatable(statement.node, textOf(file, statement), file.serverMajor);
    if (misplaced !== undefined) {
      const message = `${misplaced.what} does not belong in a repeatable`;
      errors.push(new SqlFileError({ file, index: statement.start, message, hint: misplaced.hint }));
    }
    for (const declaration of declarations(statement.node)) {
      const { class: kind, name, on } = declaration;
      // The types of arguments may have a schema.
      const qualified = on ?? nameWithoutArguments(name);
      if (!schemaless.has(kind) && withoutQualifier(qualified) === qualified) {
        const message = `${kind} ${name}${on === undefined ? "" : ` on ${on}`} has no schema`;
        const hint = "Write the schema, so that the object does not depend on the search_path.";
        errors.push(new SqlFileError({ file, index: statement.start, message, hint }));
        continue;
      }
      if (role === undefined) found.push(declaration);
      else found.push({ ...declaration, ...(kind === "cron job" ? { user: role } : { creator: role }) });
    }
  }
  const result = { objects: found, errors };
  declared.set(file, result);
  return result;
}

/** Returns the role that is set after a statement, such as `set local role` and `reset role`. */
function roleAfter(node: Node, role: string | undefined): string | undefined {
  if (!("VariableSetStmt" in node)) return role;
  const { name, kind, args } = node.VariableSetStmt;
  if (kind === "VAR_RESET_ALL") return undefined;
  if (name !== "role") return role;
  if (kind !== "VAR_SET_VALUE") return undefined;
  const set = stringConstant(args?.[0]);
  return set === "none" ? undefined : set;
}

/** Returns one name per object, as a key. */
export function objectKey(object: DeclaredObject): string {
  if (object.user !== undefined) return `${object.class} ${object.name} of ${object.user}`;
  const routine = object.class === "procedure" || object.class === "aggregate" ? "function" : object.class;
  return object.on === undefined ? `${routine} ${object.name}` : `${routine} ${object.on} ${object.name}`;
}

/** Returns the identity of an object as in its statement. Types of arguments may have other names in the catalog. */
export function identityAsWritten({ class: kind, name, on }: DeclaredObject): string {
  return `${kind === "domain" ? "type" : kind} ${on === undefined ? "" : `${on} `}${name}`;
}

const schemaless: ReadonlySet<ObjectClass> = new Set(["event trigger", "publication", "cron job", "bucket"]);

/** Returns the objects that one statement creates, in any kind of file. */
export function declarations(node: Node): Declaration[] {
  if ("CreateFunctionStmt" in node) {
    const { funcname, parameters, is_procedure, replace } = node.CreateFunctionStmt;
    // Only the server knows which type `%type` means.
    if (copiesArgumentType(node.CreateFunctionStmt)) return [];
    const name = `${nameOf(funcname)}(${argumentTypes(parameters)})`;
    return [{ class: is_procedure ? "procedure" : "function", name, replaceable: replace === true }];
  }
  if ("DefineStmt" in node && node.DefineStmt.kind === "OBJECT_AGGREGATE") {
    const { defnames, replace } = node.DefineStmt;
    const name = `${nameOf(defnames)}(${aggregatedTypes(node.DefineStmt)})`;
    return [{ class: "aggregate", name, replaceable: replace === true }];
  }
  if ("ViewStmt" in node) {
    const { view, replace } = node.ViewStmt;
    return [{ class: "view", name: relationName(view), replaceable: replace === true }];
  }
  if ("CreateTableAsStmt" in node && node.CreateTableAsStmt.objtype === "OBJECT_MATVIEW") {
    const { into, if_not_exists } = node.CreateTableAsStmt;
    return [
      { class: "materialized view", name: relationName(into?.rel), replaceable: if_not_exists === true },
    ];
  }
  if ("IndexStmt" in node && node.IndexStmt.idxname !== undefined) {
    const { idxname, relation, if_not_exists } = node.IndexStmt;
    const schema = relation?.schemaname;
    const name = schema === undefined ? quote(idxname) : `${quote(schema)}.${quote(idxname)}`;
    return [{ class: "index", name, replaceable: if_not_exists === true }];
  }
  if ("CreatePolicyStmt" in node) {
    const { policy_name, table } = node.CreatePolicyStmt;
    return [{ class: "policy", name: quote(policy_name), on: relationName(table), replaceable: false }];
  }
  if ("CreateTrigStmt" in node) {
    const { trigname, relation, replace } = node.CreateTrigStmt;
    return [
      { class: "trigger", name: quote(trigname), on: relationName(relation), replaceable: replace === true },
    ];
  }
  if ("RuleStmt" in node) {
    const { rulename, relation, replace } = node.RuleStmt;
    return [
      { class: "rule", name: quote(rulename), on: relationName(relation), replaceable: replace === true },
    ];
  }
  if ("CreateEnumStmt" in node) return [plain("type", nameOf(node.CreateEnumStmt.typeName))];
  if ("CreateRangeStmt" in node) return [plain("type", nameOf(node.CreateRangeStmt.typeName))];
  if ("CompositeTypeStmt" in node) return [plain("type", relationName(node.CompositeTypeStmt.typevar))];
  if ("CreateDomainStmt" in node) return [plain("domain", nameOf(node.CreateDomainStmt.domainname))];
  if ("CreateEventTrigStmt" in node)
    return [plain("event trigger", quote(node.CreateEventTrigStmt.trigname))];
  if ("CreatePublicationStmt" in node)
    return [plain("publication", quote(node.CreatePublicationStmt.pubname))];
  if ("SelectStmt" in node) return cronJobs(node);
  if ("InsertStmt" in node && relationName(node.InsertStmt.relation) === "storage.buckets") {
    return buckets(node.InsertStmt.cols, node.InsertStmt.selectStmt);
  }
  return [];
}

function plain(kind: ObjectClass, name: string): Declaration {
  return { class: kind, name, replaceable: false };
}

/** Returns the jobs whose names the statement contains. */
function cronJobs(node: Node): Declaration[] {
  return scheduledJobs(node).flatMap(({ name, isReplaced }) =>
    name === undefined ? [] : [{ class: "cron job", name, replaceable: isReplaced } as const],
  );
}

/** Handles `insert into storage.buckets (id, …) values ('a', …), …`. */
function buckets(columns: Node[] | undefined, source: Node | undefined): Declaration[] {
  const at = (columns ?? []).findIndex((column) => "ResTarget" in column && column.ResTarget.name === "id");
  if (at < 0 || source === undefined || !("SelectStmt" in source)) return [];
  return (source.SelectStmt.valuesLists ?? []).flatMap((row) => {
    const id = "List" in row ? stringConstant(row.List.items?.[at]) : undefined;
    return id === undefined ? [] : [{ class: "bucket", name: id, replaceable: true } as const];
  });
}

/** Returns the types of the arguments that identify a routine, without the `out` ones. */
function argumentTypes(parameters: Node[] | undefined): string {
  return inputParameters(parameters)
    .map((parameter) => typeName(parameter.argType))
    .join(", ");
}

/** Returns the same for an aggregate. In the former syntax, the type is one of the options. */
function aggregatedTypes({ args, definition = [] }: DefineStmt): string {
  const list = args?.[0];
  if (list !== undefined) return argumentTypes("List" in list ? list.List.items : []);
  return definition
    .flatMap((option) =>
      "DefElem" in option && option.DefElem.defname?.toLowerCase() === "basetype" ? [option.DefElem.arg] : [],
    )
    .map((type) => (type !== undefined && "TypeName" in type ? typeName(type.TypeName) : ""))
    .join(", ");
}

function typeName(type: TypeName | undefined): string {
  return nameOf(type?.names) + (type?.arrayBounds ?? []).map(() => "[]").join("");
}

/** Returns a name as in the catalog, with all of its parts. */
export function nameOf(parts: readonly Node[] | undefined): string {
  return (parts ?? []).flatMap((part) => ("String" in part ? [quote(part.String.sval)] : [])).join(".");
}

/** Returns the name of a relation as in the catalog, with its schema if the statement names that. */
export function relationName(
  relation: Pick<Partial<RangeVar>, "relname" | "schemaname"> | undefined,
): string {
  const name = quote(relation?.relname);
  return relation?.schemaname === undefined ? name : `${quote(relation.schemaname)}.${name}`;
}
