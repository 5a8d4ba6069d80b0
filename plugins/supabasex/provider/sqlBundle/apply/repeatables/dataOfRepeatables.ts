import { escapeControls } from "../../../../../../foundation/controlCharacters";
import { UserError } from "../../../../../../foundation/userError";
import { type Catalog, type CatalogObject, partsOfIdentity } from "../../catalog";
import { parentIdentities } from "../../catalog/identity";
import { existenceOnlyMark } from "../../catalog/kinds/existenceOnly";
import { relationOf } from "../../catalog/scope";
import type { BundleFile } from "../../source/files";
import { bareName } from "../../source/identifiers";
import { actsOnUnnamedObjects, mentions } from "../../source/mentions";
import { kindsNotInRepeatables } from "../../source/notInRepeatables";

/**
 * Refuses repeatables whose dynamic SQL creates objects that hold data, or of kinds that a deployment does not drop: they
 * would stay when the statement is removed, and a new environment would not have them. Plain statements are refused by
 * their text. Partitions are allowed.
 *
 * @param ran the repeatables that ran
 */
export function refuseData(before: Catalog, after: Catalog, ran: readonly BundleFile[]): void {
  const dynamic = ran.filter(actsOnUnnamedObjects);
  if (dynamic.length === 0) return;
  const created = Object.entries(after).filter(
    ([identity, object]) =>
      before[identity] === undefined &&
      isRefused(identity, object) &&
      isWhole(object, identity, before) &&
      mayBeOf(identity, ran),
  );
  if (created.length === 0) return;
  throw new UserError(
    [
      "A repeatable creates objects that would stay if the statement were removed:",
      ...created.map(([identity]) => `  ${escapeControls(identity)}${fileNaming(identity, dynamic)}`),
      "  Move the statement to a new migration.",
    ].join("\n"),
  );
}

/** Returns whether the object is of a kind that a repeatable may not create with a plain statement either. */
function isRefused(identity: string, object: CatalogObject): boolean {
  const { kind } = partsOfIdentity(identity);
  // Of types, the catalog only has the name of base types.
  if (kind === "type") return object[existenceOnlyMark] !== undefined;
  return kindsNotInRepeatables.has(kind.replace("-", " "));
}

/**
 * Returns whether a file may have created the object. Roles belong to all databases of the server, so another database's
 * deployment may have created a role that no file names.
 */
function mayBeOf(identity: string, ran: readonly BundleFile[]): boolean {
  const { kind, name } = partsOfIdentity(identity);
  return kind !== "role" || ran.some((file) => mentions(file, name));
}

/** Returns whether the object is neither a partition, nor part of a new table, nor a view's column. */
function isWhole(object: CatalogObject, identity: string, before: Catalog): boolean {
  const { kind, parent = relationOf(object) } = partsOfIdentity(identity);
  if (object.partitionOf !== undefined || (kind === "column" && object.type === undefined)) return false;
  return parent === undefined || parentIdentities(parent).some((one) => before[one] !== undefined);
}

/** Returns the first file that names the object. */
function fileNaming(identity: string, files: readonly BundleFile[]): string {
  const { name } = partsOfIdentity(identity);
  const file = files.find((one) => mentions(one, bareName(name)));
  return file === undefined ? "" : ` (${file.display})`;
}
