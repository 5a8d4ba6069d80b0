/** The kind of the order of the columns of a table that inherits from others, or of one of those. */
export const columnOrder = "column order";

/**
 * Columns of tables that inherit from others, and of those others, in their order. A new child has its parents' columns
 * first, but a column that a parent got after its child was created is behind the child's own ones. The tables of an
 * extension are created by it. Uses `own_schemas`.
 */
export const columnOrders = `
  select '${columnOrder}', format('%I.%I', n.nspname, c.relname),
    json_build_object(
      'columns', (select coalesce(string_agg(quote_ident(attname), ', ' order by attnum), '')
        from pg_attribute where attrelid = c.oid and attnum > 0 and not attisdropped),
      'parents', (select coalesce(string_agg(format('%I.%I', p.nspname, r.relname), ', ' order by inhseqno), '')
        from pg_inherits join pg_class r on r.oid = inhparent join pg_namespace p on p.oid = r.relnamespace where inhrelid = c.oid))
  from pg_class c join own_schemas n on n.oid = c.relnamespace
  where c.relkind in ('r', 'f') and c.relpersistence <> 't'
    and c.oid in (select unnest(array[inhrelid, inhparent]) from pg_inherits join pg_class k on k.oid = inhrelid where not k.relispartition)
    and not exists (select from pg_depend e where e.classid = 'pg_class'::regclass and e.objid = c.oid and e.deptype = 'e')`;
