import { nameWithoutArguments, partsOfIdentity } from "../catalog";
import type { Renames } from "../catalog/renames";
import { unquoted } from "../source/declaredObjects";
import { scanSql } from "../source/parser";
import { bareName } from "./affectedFiles";

/** A name in statements that is another one now. Names are without quotes, except new ones. */
interface NewName {
  /** The schema before, or the parent with its schema; none for an object without a schema. */
  readonly within: readonly string[];
  readonly former: string;
  /** As in a statement. */
  readonly present: readonly string[];
  /** Whether it is a part of a table, which statements about the table name without it. */
  readonly isPart: boolean;
}

/**
 * Returns a function that writes recorded statements with the present names of renamed objects. It does not know which
 * object a name without a schema means, so it leaves such names.
 *
 * @returns a function from a text, as the history records it, to a text in the same form
 */
export function withPresentNames(renames: Renames): (statement: string) => string {
  const names = [...renames].flatMap(([former, present]) => newName(former, present));
  if (names.length === 0) return (statement) => statement;
  return (statement) => {
    const tokens = scanSql(statement).tokens.map(({ text }) => text);
    const words = tokens.map((text) => (text.startsWith('"') ? unquoted(text) : text.toLowerCase()));
    const isAt = (path: readonly string[], at: number) =>
      path.every(
        (name, step) => words[at + 2 * step] === name && (step === 0 || tokens[at + 2 * step - 1] === "."),
      );
    const isAbout = ({ within }: NewName) => words.some((_, at) => isAt(within, at));
    const parts = names.filter((name) => name.isPart && isAbout(name));
    const others = names.filter(({ isPart }) => !isPart);
    const result: string[] = [];
    for (let at = 0; at < tokens.length; ) {
      const whole = others.find(({ within, former }) => isAt([...within, former], at));
      const found = whole ?? parts.find(({ former }) => words[at] === former);
      result.push(found === undefined ? (tokens[at] ?? "") : found.present.join(" . "));
      at += whole === undefined ? 1 : 2 * whole.within.length + 1;
    }
    return result.join(" ");
  };
}

function newName(former: string, present: string): NewName[] {
  const [was, is] = [partsOfIdentity(former), partsOfIdentity(present)];
  const [from, to] = [bareName(was.name), bareName(is.name)];
  if (was.parent !== undefined) {
    if (from === to) return [];
    return [{ within: pathOf(was.parent), former: unquoted(from), present: [to], isPart: true }];
  }
  const isSchema = was.kind === "schema";
  const within = was.schema === undefined || isSchema ? [] : [unquoted(was.schema)];
  const schema = is.schema === undefined || isSchema ? [] : [is.schema];
  const isSame = from === to && was.schema === is.schema;
  return isSame ? [] : [{ within, former: unquoted(from), present: [...schema, to], isPart: false }];
}

/** Returns the schema and the name of a table. */
function pathOf(qualified: string): string[] {
  const names = nameWithoutArguments(qualified).match(/"(?:[^"]|"")+"|[^."]+/g) ?? [];
  return names.map(unquoted);
}
