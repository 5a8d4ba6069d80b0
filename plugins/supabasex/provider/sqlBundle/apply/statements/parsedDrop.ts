import type { DropStmt, ParseResult } from "libpg-query";
import { inDropStatement, partsOfIdentity } from "../../catalog";

/**
 * Returns the parsed statement that would drop an object of the catalog; `undefined` for one that no `drop` with its name
 * drops, such as the record of a file, or whose name the grammar does not know.
 */
export function parsedDrop(identity: string, parse: (text: string) => ParseResult): DropStmt | undefined {
  const { kind, name } = partsOfIdentity(identity);
  try {
    const node = parse(`drop ${inDropStatement(kind, name)}`).stmts?.[0]?.stmt;
    return node !== undefined && "DropStmt" in node ? node.DropStmt : undefined;
  } catch {
    return undefined;
  }
}
