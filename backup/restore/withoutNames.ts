import { maskQuoted } from "../postgres/sqlText";
import type { SchemaEntry } from "./schemaArchive";
import { parseColumn, parseTable } from "./tableDefinition";

/** A constant of a type whose values name objects, as in `'public.f'::regproc`. */
const namesObject =
  /::reg(?:class|collation|config|dictionary|namespace|oper|operator|proc|procedure|role|type)\b/;

/** A default or a check constraint, and the statement that adds it. */
interface Part {
  /** `DEFAULT public.t c` */
  readonly what: string;
  readonly sql: string;
}

/** A table without some of its parts. */
interface Reduced {
  readonly sql: string;
  readonly parts: readonly Part[];
}

/**
 * Returns the statements that create a table without the defaults and the check constraints that name objects: such a name
 * may be ambiguous, or its object may be missing. Undefined if the entry creates no table with such parts.
 */
export function withoutNames({ kind, sql }: SchemaEntry): Reduced | undefined {
  const definition = kind === "TABLE" ? parseTable(sql) : undefined;
  if (definition === undefined) return undefined;
  const { name, start, end, columns, constraints, rest } = definition;
  const parts: Part[] = [];
  const items: string[] = [];
  for (const column of columns.values()) {
    const { name: columnName, defaultValue, withoutDefault, isGenerated } = parseColumn(column);
    const isKept = isGenerated || defaultValue === undefined || !namesObject.test(maskQuoted(defaultValue));
    items.push(isKept ? column : withoutDefault);
    if (!isKept)
      parts.push({
        what: `DEFAULT ${name} ${columnName}`,
        sql: `ALTER TABLE ONLY ${name} ALTER COLUMN ${columnName} SET DEFAULT ${defaultValue};`,
      });
  }
  for (const constraint of constraints) {
    const isKept = !namesObject.test(maskQuoted(constraint));
    if (isKept) items.push(constraint);
    else
      parts.push({
        what: `CHECK CONSTRAINT ${name} ${/^CONSTRAINT ("(?:[^"]|"")*"|\S+)/.exec(constraint)?.[1] ?? ""}`,
        sql: `ALTER TABLE ${name} ADD ${constraint};`,
      });
  }
  if (parts.length === 0) return undefined;
  return { sql: [`${start}\n    ${items.join(",\n    ")}\n${end}`, ...rest].join("\n\n"), parts };
}
