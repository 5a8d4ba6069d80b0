import { partsOfIdentity } from "../../catalog";
import type { BundleFile } from "../../source/files";
import { bareName } from "../../source/identifiers";
import { mentions, mentionsObject } from "../../source/mentions";

/** Returns whether the file's text contains the name of an object; for a part, also that of its table. */
export function namesObject(file: BundleFile, identity: string): boolean {
  const { schema, parent, name } = partsOfIdentity(identity);
  if (schema === undefined) return mentions(file, name);
  if (parent === undefined) return mentionsObject(file, schema, bareName(name));
  return mentions(file, name) && mentionsObject(file, schema, bareName(parent));
}
