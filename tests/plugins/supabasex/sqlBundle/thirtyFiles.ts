/**
 * Thirty files: migrations, one of them outside a transaction, and repeatables that depend on each other. `$s` is replaced by a
 * schema.
 */
export const thirtyFiles: Record<string, string> = {};
for (let n = 0; n < 15; n++) {
  const version = `202601${String(n + 1).padStart(2, "0")}000000`;
  thirtyFiles[`migrations/${version}_m${n}.sql`] =
    n === 7
      ? "-- no transaction\ncreate index concurrently t0_n on $s.t0 (n);\n"
      : `${n === 0 ? "create schema $s;\n" : ""}create table $s.t${n} (n int);\nalter table $s.t${n} enable row level security;\n`;
  thirtyFiles[`repeatable/r${String(n).padStart(2, "0")}.sql`] =
    `create or replace view $s.v${n} as select ${n === 14 ? "1 as n" : `n from $s.v${n + 1}`};\n`;
}
