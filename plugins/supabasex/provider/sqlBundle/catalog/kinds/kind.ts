import type { JsonValue } from "../../../../../../foundation/json";

/**
 * One kind of object, as SQL expressions over its `from`. One select reads all kinds (see `statement.ts`). Its common
 * table expressions are in scope (see `managedObjects.ts`), and the search path is pg_catalog.
 */
export interface Kind {
  /** The kind and the qualified name, as text. */
  readonly identity: string;
  /** Where the server keeps the object, which a rename does not change. Absent if it has no address. */
  readonly address?: {
    /** The system catalog, as an oid. */
    readonly catalog: string;
    readonly object: string;
    /** The column's number; default 0, the object itself. */
    readonly part?: string;
  };
  /** Absent if nothing can be granted. */
  readonly privileges?: {
    /** The letter for such an object in acldefault(); null for an object without privileges. */
    readonly type: string;
    /** The role with the implicit privileges; null if there is none. */
    readonly owner: string;
    /** The list; null for the built-in default. */
    readonly acl: string;
  };
  /** Set if comments on such objects are not watched. Otherwise the comment is a property, found by the address. */
  readonly withoutComment?: true;
  readonly properties: Readonly<Record<string, Property>>;
  /** A map of further properties whose names come from the catalog. */
  readonly furtherProperties?: Property;
  /** What follows `from`. */
  readonly from: string;
}

/** A property: the expression, and how its text becomes a value. Null means that the object lacks the property. */
export interface Property {
  readonly sql: string;
  readonly parse: (value: string) => JsonValue;
}

export const text = (sql: string): Property => ({ sql, parse: (value) => value });

export const boolean = (sql: string): Property => ({ sql, parse: (value) => value === "true" });

/** Returns a property that is true or absent. */
export const flag = (sql: string): Property => boolean(`nullif(${sql}, false)`);

/** Returns a property that is a number, or a string if JavaScript would round it. */
export const number = (sql: string): Property => ({
  sql,
  parse: (value) => (String(Number(value)) === value ? Number(value) : value),
});

export const json = (sql: string): Property => ({ sql, parse: (value) => JSON.parse(value) as JsonValue });

/** Returns a property that is an array of strings, as JSON. */
export const list = (sql: string): Property => json(`to_json(${sql})`);

/** Returns a property with options as the server stores them, an array of `name=value`, as a map. */
export const options = (column: string): Property =>
  json(`case when ${column} is not null then (
      select json_object_agg(option_name, option_value) from pg_options_to_table(${column})) end`);

/** Returns the SQL of a text's hash. */
export const sha256 = (value: string) => `encode(sha256(convert_to(${value}, 'UTF8')), 'hex')`;

/** Returns the SQL of a hash of what the server prints, after the major version for which it can be compared. */
export const onServer = (hash: string) =>
  `current_setting('server_version_num')::integer / 10000 || ': ' || coalesce(${hash}, 'none')`;
