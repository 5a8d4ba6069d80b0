/**
 * One kind of object: a select that the read joins with all others by `union all`. Its columns, in this order:
 *
 * | column     | meaning                                                                                     |
 * |------------|---------------------------------------------------------------------------------------------|
 * | identity   | text: the kind and the qualified name                                                       |
 * | class      | oid: the system catalog that holds the object; with `object` and `part` its address, which  |
 * | object     | oid  a rename keeps; 0 where there is none                                                   |
 * | part       | int                                                                                         |
 * | acl_type   | "char": the letter that acldefault() has for the object; null when it has no privileges      |
 * | owner      | oid: who holds the implicit privileges; null when there are none                             |
 * | acl        | aclitem[]: null means the built-in default                                                  |
 * | properties | json: a property that is null is left out                                                   |
 *
 * The common table expressions of `managedObjects.ts` are in scope. The search path is pg_catalog.
 */
export type KindQuery = string;
