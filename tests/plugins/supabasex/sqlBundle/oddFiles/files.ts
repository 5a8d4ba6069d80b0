/** The first migration: a schema with a table. */
export const schema = {
  "migrations/20260101000000_s.sql":
    "create schema $s;\ncreate table $s.t (id int primary key, name text);\n",
};

/** The path of the migration after it. */
export const next = "migrations/20260102000000_x.sql";

/** The path of the one after that. */
export const after = "migrations/20260103000000_y.sql";
