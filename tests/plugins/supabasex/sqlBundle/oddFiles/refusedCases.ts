/** Paths that are not those of a migration. */
export const refusedNames: readonly (readonly [name: string, path: string, message: RegExp])[] = [
  ["13 digits", "migrations/2026010200000_x.sql", /a migration is named migrations\/<14 digits.*such as/],
  ["no name", "migrations/20260102000000.sql", /a migration is named/],
  ["in a folder", "migrations/2026/20260102000000_x.sql", /a migration is named/],
  ["an upper-case extension", "migrations/20260102000000_x.SQL", /a migration is named/],
  [
    "the same version twice",
    "migrations/20260101000000_x.sql",
    /has the same version as migrations\/20260101000000_s\.sql/,
  ],
];

/** Texts of a migration that is refused, with the place and what the hint contains. */
export const refusedTexts: readonly (readonly [name: string, text: string, place: string, hint: string])[] = [
  [
    "psql's \\copy",
    "select 1;\n\\copy $s.t from 'x.csv'\n",
    ':2:1: syntax error at or near "\\" (42601)',
    "psql commands",
  ],
  [
    "rows after copy",
    "copy $s.t (id, name) from stdin;\n1\ta\n\\.\n",
    ':2:1: syntax error at or near "1"',
    "insert … values",
  ],
  [
    "an unclosed quote",
    "select 1;\nselect 'abc;\n-- and much\n-- more\n",
    ':2:8: unterminated quoted string at or near "\'abc;…" (42601)',
    "nothing was changed",
  ],
  [
    "an index built concurrently",
    "create index concurrently on $s.t (name);\n",
    ":1:1: this statement cannot run in a transaction",
    "-- no transaction",
  ],
  [
    "commit in a do block",
    "do $$ begin\n  commit;\nend $$;\n",
    ":2:3: invalid transaction termination (2D000)",
    "remove commit and rollback",
  ],
  [
    "a procedure that commits",
    "create procedure $s.p() language plpgsql as $$ begin\n  commit;\nend $$;\ncall $s.p();\n",
    ":2:3: invalid transaction termination (2D000)",
    "write the call or block alone in a migration with the header `-- no transaction`",
  ],
  [
    "a statement that must be alone",
    "alter database postgres set tablespace pg_default;\n",
    ":1:1: ALTER DATABASE SET TABLESPACE cannot run inside a transaction block (25001)",
    "Put it alone into a migration with the header `-- no transaction`.",
  ],
  [
    "rows for psql",
    "copy $s.t to stdout;\n",
    ":1:1: copy to stdout needs a client that reads the rows",
    "Remove the statement.",
  ],
  [
    "a role without the privilege",
    "set local role authenticated;\ncreate table $s.u ();\n",
    ":2:14: permission denied for schema",
    "The role that the file sets lacks this privilege",
  ],
  [
    "a schema of the platform",
    "create table auth.mine ();\n",
    ":1:14: permission denied for schema auth (42501)",
    "the platform's own schemas",
  ],
  [
    "rows that a constraint forbids",
    "insert into $s.t values (1, null);\nalter table $s.t alter name set not null;\n",
    ':2:1: column "name" of relation "t" contains null values (23502)',
    "before this statement",
  ],
  [
    "rows with the same key",
    "insert into $s.t values (1, 'a'), (2, 'a');\ncreate unique index on $s.t (name);\n",
    ':2:1: could not create unique index "t_name_idx" (23505)',
    "Two rows have this key",
  ],
];
