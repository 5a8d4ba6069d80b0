import { json, type Property, text } from "./kind";

/** Returns the properties of a foreign table: its server, and its options there, as of the relation with this OID and kind. */
export const foreignTableProperties = (oid: string, kind: string): Readonly<Record<string, Property>> => ({
  server: text(`case when ${kind} = 'f' then (
      select quote_ident(s.srvname) from pg_foreign_table f join pg_foreign_server s on s.oid = f.ftserver
      where f.ftrelid = ${oid}) end`),
  wrapperOptions: json(`case when ${kind} = 'f' then (
      select json_object_agg(o.option_name, o.option_value)
      from pg_foreign_table f cross join lateral pg_options_to_table(f.ftoptions) o where f.ftrelid = ${oid}) end`),
});
