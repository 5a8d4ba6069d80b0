const deferred = `create table $s.p (id int primary key);
create table $s.c (p int references $s.p deferrable initially deferred, q int references $s.p deferrable);
`;

/** Pairs of files that both run: what the first one leaves in its session does not disturb the second. */
export const agreeing: readonly (readonly [name: string, first: string, second: string])[] = [
  ["temporary tables of one name", "create temp table n (a int);", "create temp table n (b text);"],
  [
    "temporary tables of blocks",
    "do $$ begin create temp table n (a int); end $$;",
    "do $$ begin create temp table n (b int); end $$;",
  ],
  [
    "a temporary table that hides another",
    "create temp table t (a int);",
    "set search_path to $s;\ninsert into t values (7, 'b');",
  ],
  [
    "temporary tables with a deferred check",
    "create temp table p (id int primary key);\ncreate temp table c (p int references p deferrable initially deferred);\ninsert into c values (1);\ninsert into p values (1);",
    "create temporary table p ();",
  ],
  [
    "cursors of one name",
    "create temp table n as select 1;\ndeclare c cursor for select * from n;\nfetch c;",
    "declare c cursor with hold for select 1;",
  ],
  ["a cursor on a table that is dropped", "declare c cursor for select * from $s.t;", "drop table $s.t;"],
  ["prepared statements of one name", "prepare q as select 1;", "prepare q as select 2;\ndeallocate q;"],
  [
    "constraints that are checked at once",
    `${deferred}set constraints all immediate;`,
    "insert into $s.c values (2);\ninsert into $s.p values (2);",
  ],
  [
    "a named constraint that is checked at once",
    `${deferred}set constraints $s.c_p_fkey immediate;`,
    "insert into $s.c values (2);\ninsert into $s.p values (2);",
  ],
  [
    "a name that several constraints of the schema have",
    `${deferred}create table $s.o (p int constraint c_p_fkey references $s.p);\nset constraints all deferred;`,
    "insert into $s.o values (null);",
  ],
  [
    "a constraint that the next file creates",
    "create table $s.p (id int primary key);\ncreate table $s.o (p int references $s.p deferrable);\nset constraints $s.o_p_fkey deferred;\ninsert into $s.o values (1);\ninsert into $s.p values (1);",
    "create table $s.c (p int references $s.p deferrable initially deferred);\ninsert into $s.c values (2);\ninsert into $s.p values (2);",
  ],
  [
    "a constraint that is dropped",
    `${deferred}set constraints $s.c_q_fkey deferred;\nalter table $s.c drop constraint c_q_fkey;`,
    "insert into $s.c values (null, 2);",
  ],
];

/** Pairs of files of which one fails, because the second starts without what the first one left in its session. */
export const failing: readonly (readonly [name: string, first: string, second: string, message: RegExp])[] = [
  [
    "a temporary table",
    "create temp table n (a int);",
    "select * from n;",
    /_y\.sql:1:15: relation "n" does not exist/,
  ],
  [
    "a prepared statement",
    "prepare q as select 1;",
    "execute q;",
    /_y\.sql:1:1: prepared statement "q" does not exist/,
  ],
  [
    "deferred constraints",
    `${deferred}set constraints all deferred;`,
    "insert into $s.c values (null, 2);\ninsert into $s.p values (2);",
    /_y\.sql:1:1: insert or update on table "c" violates foreign key constraint "c_q_fkey"/,
  ],
  [
    "rows for another file to correct",
    `${deferred}set constraints all deferred;\ninsert into $s.c values (null, 2);`,
    "insert into $s.p values (2);",
    /_x\.sql: insert or update on table "c" violates foreign key constraint "c_q_fkey"/,
  ],
  [
    "a named constraint",
    `${deferred}set constraints $s.c_q_fkey deferred;`,
    "insert into $s.c values (null, 2);\ninsert into $s.p values (2);",
    /_y\.sql:1:1: insert or update on table "c" violates foreign key constraint "c_q_fkey"/,
  ],
  [
    "rows that violate a named constraint",
    `${deferred}set constraints $s.c_q_fkey deferred;\ninsert into $s.c values (null, 2);`,
    "insert into $s.p values (2);",
    /_x\.sql: insert or update on table "c" violates foreign key constraint "c_q_fkey" \(23503\)\n {2}detail: .*\n {2}hint: A row refers to a missing key.*$/,
  ],
];
