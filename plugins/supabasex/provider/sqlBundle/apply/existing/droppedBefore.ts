import type { Catalog } from "../../catalog";
import type { BundleFile } from "../../source/files";
import type { Statement } from "../../source/statements";
import { namesDropped } from "../statements/droppedObject";

interface Catalogs {
  /** What the bundle has created. */
  readonly expected: Catalog;
  /** The catalog that lacks what was dropped before. */
  readonly live: Catalog;
}

/** Returns what a `drop` drops if none of it exists any more, and the bundle made all of it; else nothing. */
export function droppedBefore(
  { serverMajor }: BundleFile,
  { node }: Pick<Statement, "node">,
  { expected, live }: Catalogs,
): string[] {
  if (!("DropStmt" in node)) return [];
  const { removeType, objects = [] } = node.DropStmt;
  const missing = Object.keys(expected).filter((identity) => live[identity] === undefined);
  const found = objects.map((object) =>
    missing.filter((identity) => namesDropped({ removeType, object, serverMajor }, identity)),
  );
  return found.every((some) => some.length > 0) ? found.flat() : [];
}
