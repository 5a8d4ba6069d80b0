import { json, type Property } from "./kind";

/**
 * Returns the property with the extensions on which an object depends: `drop extension` drops the object too, without CASCADE. Functions,
 * triggers, indexes, with their constraints, and materialized views can have it.
 */
export const dependsOn = (catalog: string, object: string): Readonly<Record<string, Property>> => ({
  dependsOn: json(`(
      select x.extensions from extension_dependent x where x.classid = '${catalog}'::regclass and x.objid = ${object})`),
});
