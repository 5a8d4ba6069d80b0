import type { JsonValue } from "../../../../../../foundation/json";

/**
 * One kind of object, as SQL expressions over its `from`. All kinds are read by one select (see `statement.ts`), whose
 * common table expressions are in scope (see `managedObjects.ts`); the search path is pg_catalog.
 */
export interface Kind {
  /** The kind and the qualified name, as text. */
  readonly identity: string;
  /** Where the server keeps the object, which a rename does not change. Absent where there is no such thing. */
  readonly address?: {
    /** The system catalog, as an oid. */
    readonly catalog: string;
    readonly object: string;
    /** The column's number; default 0, the object itself. */
    readonly part?: string;
  };
  /** Absent where nothing can be granted. */
  readonly privileges?: {
    /** The letter that acldefault() has for such an object; null for an object that has no privileges. */
    readonly type: string;
    /** The role that holds the implicit privileges; null when none does. */
    readonly owner: string;
    /** The list, null for the built-in default. */
    readonly acl: string;
  };
  /** Set where a comment on such an object is not ours to watch; else it is a property, found by the address. */
  readonly withoutComment?: true;
  readonly properties: Readonly<Record<string, Property>>;
  /** A map of further properties whose names the catalog gives. */
  readonly furtherProperties?: Property;
  /** What stands behind `from`. */
  readonly from: string;
}

/** A property: the expression, and how its text becomes a value. A null means that the object lacks the property. */
export interface Property {
  readonly sql: string;
  readonly parse: (value: string) => JsonValue;
}

export const text = (sql: string): Property => ({ sql, parse: (value) => value });

export const boolean = (sql: string): Property => ({ sql, parse: (value) => value === "true" });

/** True, or no property. */
export const flag = (sql: string): Property => boolean(`nullif(${sql}, false)`);

/** A number, or its text where JavaScript would round it. */
export const number = (sql: string): Property => ({
  sql,
  parse: (value) => (String(Number(value)) === value ? Number(value) : value),
});

export const json = (sql: string): Property => ({ sql, parse: (value) => JSON.parse(value) as JsonValue });

/** An array of text, as JSON. */
export const list = (sql: string): Property => json(`to_json(${sql})`);

/** Options as the server stores them, an array of `name=value`, as a map. */
export const options = (column: string): Property =>
  json(`case when ${column} is not null then (
      select json_object_agg(option_name, option_value) from pg_options_to_table(${column})) end`);
