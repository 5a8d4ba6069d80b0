import { type Kind, text } from "./kind";

/**
 * The members of an extension that may have an effect, one line each. Tables, sequences and types are excluded, because
 * extensions such as queues create them in use. The extension's own schema is written as `@`, so an extension that moves
 * has the same lines.
 */
const members = `
  select m.refobjid as extension,
    'function ' || case when p.pronamespace = own.extnamespace then '@' else p.pronamespace::regnamespace::text end
    || '.' || p.proname || ' ' || p.pronargs || ' ' || p.prosecdef || ' ' || p.prolang || ' ' || coalesce(p.proconfig::text, '')
    || ' ' || coalesce(p.probin, '') || ' ' || p.prosrc as line
  from extension_member m
  join pg_extension own on own.oid = m.refobjid
  join pg_proc p on p.oid = m.objid
  where m.classid = 'pg_proc'::regclass
  union all
  select m.refobjid, replace(
    'view ' || c.oid::regclass || ' ' || pg_get_viewdef(c.oid),
    own.extnamespace::regnamespace || '.',
    '@.'
  )
  from extension_member m
  join pg_extension own on own.oid = m.refobjid
  join pg_class c on c.oid = m.objid and c.relkind in ('v', 'm')
  where m.classid = 'pg_class'::regclass
  union all
  select m.refobjid, 'schema ' || n.nspname
  from extension_member m
  join pg_namespace n on n.oid = m.objid
  where m.classid = 'pg_namespace'::regclass
  union all
  select m.refobjid, m.classid::regclass || ' ' || count(*)
  from extension_member m
  where m.classid not in ('pg_proc'::regclass, 'pg_class'::regclass, 'pg_namespace'::regclass, 'pg_type'::regclass)
  group by m.refobjid, m.classid`;

/**
 * Extensions, their schema, and their content. The platform changes their version. Two contents can only be compared
 * for one version of the extension and of the server, which come before the hash.
 */
export const extensions: Kind = {
  identity: `'extension ' || quote_ident(x.extname)`,
  address: { catalog: `'pg_extension'::regclass`, object: `x.oid` },
  withoutComment: true,
  properties: {
    schema: text(`quote_ident(n.nspname)`),
    content: text(
      `x.extversion || ' on ' || current_setting('server_version_num')::integer / 10000 || ': ' || content.hash`,
    ),
  },
  from: `pg_extension x
join pg_namespace n on n.oid = x.extnamespace
left join (
  select extension, encode(sha256(convert_to(string_agg(line, e'\\n' order by line collate "C"), 'UTF8')), 'hex') as hash
  from (${members}) lines
  group by extension
) content on content.extension = x.oid`,
};
