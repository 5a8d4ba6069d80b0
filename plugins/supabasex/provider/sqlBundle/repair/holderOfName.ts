import {
  type Catalog,
  type CatalogObject,
  type ObjectIdentity,
  partsOfIdentity,
  printIdentity,
} from "../catalog";
import { constraintWithIndex, identitiesNamed, kindsBeside, ownName, relations } from "./sharedNames";

/**
 * Returns the object of another kind that has the name of a renamed one, so that the server refuses to rename it back. A constraint with an
 * index has a name among the relations of its schema, and so does a composite type; a table has one among the types.
 *
 * @param should the renamed object as it is expected
 */
export function holderOfName(
  object: ObjectIdentity,
  should: CatalogObject | undefined,
  live: Catalog,
): ObjectIdentity | undefined {
  const own = ownName(object, should);
  if (own === undefined) return undefined;
  const { kind, name } = own;
  const isRelation = relations.has(kind) || (kind === "type" && should?.kind === "composite");
  const kinds = new Set([...kindsBeside(kind), ...(isRelation ? relations : [])]);
  kinds.delete(object.kind);
  const found = identitiesNamed(name, kinds).find((identity) => live[identity] !== undefined);
  if (found !== undefined) return partsOfIdentity(found);
  if (!isRelation) return undefined;
  const type = `type ${name}`;
  if (kind !== "type" && live[type]?.kind === "composite") return partsOfIdentity(type);
  const constraint = constraintWithIndex(name, { expected: {}, live });
  return constraint === undefined || printIdentity(constraint) === printIdentity(object)
    ? undefined
    : constraint;
}
