import { partsOfIdentity } from "../../catalog";
import type { Renames } from "../../catalog/renames";
import { type ChangedName, changedNames } from "../../source/changedNames";
import {
  bareName,
  identifiersOf,
  nameWithoutArguments,
  unquoted,
  unquotedAsWritten,
} from "../../source/identifiers";
import { scanSql } from "../../source/parser";

/** A name in statements that is another one now. Names are without quotes, except new ones. */
interface NewName {
  readonly kind: string;
  /** The name as a statement contains it: for an object in a schema, with the schema. */
  readonly path: readonly string[];
  /** As in a statement. */
  readonly present: readonly string[];
  /** The table of a part, which statements about the table name without it. */
  readonly parent: readonly string[] | undefined;
}

/** Tokens of a statement to be replaced. */
interface Replacement {
  readonly at: number;
  readonly length: number;
  readonly text: string;
}

/**
 * Returns a function that writes recorded statements with the present names of renamed objects. A word is only replaced where the
 * parser takes it for the name of such an object: `level` can be a column and a keyword, `app` a schema and a role. It does not
 * know which object a name without a schema means, so it leaves such names.
 *
 * @returns a function from a text, as the history records it, to a text in the same form
 */
export function renamingIn(renames: Renames, serverMajor: number | undefined): (statement: string) => string {
  const byFirstWord = new Map<string, NewName[]>();
  for (const [former, present] of renames) {
    const name = newName(former, present);
    const [first] = name?.path ?? [];
    if (name === undefined || first === undefined) continue;
    // Longer names first: `orders.orders` before the schema `orders`.
    const others = byFirstWord.get(first) ?? [];
    byFirstWord.set(
      first,
      [...others, name].sort((a, b) => b.path.length - a.path.length),
    );
  }
  if (byFirstWord.size === 0) return (statement) => statement;
  return (statement) => {
    const tokens = scanSql(statement).tokens.map(({ text }) => text);
    const words = tokens.map(unquotedAsWritten);
    const isAt = (path: readonly string[], at: number) =>
      path.every(
        (name, step) => words[at + 2 * step] === name && (step === 0 || tokens[at + 2 * step - 1] === "."),
      );
    const replacements: Replacement[] = [];
    for (let at = 0; at < tokens.length; at += 1) {
      const last = replacements.at(-1);
      if (last !== undefined && at < last.at + last.length) continue;
      const found = (byFirstWord.get(words[at] ?? "") ?? []).find((name) => {
        if (!isAt(name.path, at)) return false;
        const { parent } = name;
        if (parent !== undefined && !words.some((_, place) => isAt(parent, place))) return false;
        const changed = changedNames(statement, replaced(tokens, [replacementOf(name, at)]), serverMajor);
        return changed?.every((place) => isNameOf(name, place)) === true;
      });
      if (found !== undefined) replacements.push(replacementOf(found, at));
    }
    return replacements.length === 0 ? statement : replaced(tokens, replacements);
  };
}

function replacementOf({ path, present }: NewName, at: number): Replacement {
  return { at, length: 2 * path.length - 1, text: present.join(" . ") };
}

function replaced(tokens: readonly string[], replacements: readonly Replacement[]): string {
  const result: (string | undefined)[] = [...tokens];
  for (const { at, length, text } of replacements) {
    result.fill(undefined, at, at + length);
    result[at] = text;
  }
  return result.filter((text) => text !== undefined).join(" ");
}

/** Parts of a table: the fields with their names, and what a comment on one is about. */
const parts: Readonly<
  Record<string, { readonly fields: readonly string[]; readonly types: readonly string[] }>
> = {
  column: { fields: ["name"], types: ["OBJECT_COLUMN"] },
  constraint: { fields: ["conname", "name"], types: ["OBJECT_TABCONSTRAINT", "OBJECT_DOMCONSTRAINT"] },
  policy: { fields: ["policy_name"], types: ["OBJECT_POLICY"] },
  rule: { fields: ["name"], types: ["OBJECT_RULE"] },
  trigger: { fields: ["name", "trigname"], types: ["OBJECT_TRIGGER"] },
};

/** Returns whether a name in a parse tree can be the name of this object. */
function isNameOf({ kind, path, parent }: NewName, place: ChangedName): boolean {
  const { field, isQualifier, objectType } = place;
  if (field === "rolename") return kind === "role";
  if (path.length > 1) return true;
  if (parent !== undefined) return isPartName(kind, place);
  if (kind === "schema" && (field === "schemaname" || isQualifier)) return true;
  if (kind === "publication" && field === "pubname") return true;
  return objectType === `OBJECT_${kind.toUpperCase().replaceAll(" ", "_")}`;
}

function isPartName(kind: string, { field, isQualifier, objectType }: ChangedName): boolean {
  const part = parts[kind];
  if (part === undefined || isQualifier) return false;
  if (field !== "sval") return part.fields.includes(field);
  // Columns are also in expressions and lists.
  return objectType === undefined ? kind === "column" : part.types.includes(objectType);
}

function newName(former: string, present: string): NewName | undefined {
  const [was, is] = [partsOfIdentity(former), partsOfIdentity(present)];
  const [from, to] = [bareName(was.name), bareName(is.name)];
  const { kind } = was;
  if (was.parent !== undefined) {
    if (from === to) return undefined;
    return { kind, path: [unquoted(from)], present: [to], parent: pathOf(was.parent) };
  }
  if (from === to && was.schema === is.schema) return undefined;
  const qualified = ({ schema }: typeof was, name: string) =>
    schema === undefined || kind === "schema" ? [name] : [schema, name];
  const path = qualified(was, from).map(unquoted);
  return { kind, path, present: qualified(is, to), parent: undefined };
}

/** Returns the schema and the name of a table. */
function pathOf(qualified: string): string[] {
  return identifiersOf(nameWithoutArguments(qualified)).map(unquoted);
}
