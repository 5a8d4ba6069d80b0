import { flag, type Kind, number, options, text } from "./kind";

/** Settings of roles (in all databases, in this one), of all roles and of this database. */
export const settings: Kind = {
  identity: `case
    when s.setrole = 0 and s.setdatabase = 0 then 'role settings all'
    when s.setrole = 0 then 'database settings'
    else 'role settings ' || quote_ident(pg_get_userbyid(s.setrole))
      || case when s.setdatabase = 0 then '' else ' in this database' end
  end`,
  address: {
    catalog: `'pg_db_role_setting'::regclass`,
    object: `s.setrole`,
    part: `case when s.setdatabase = 0 then 0 else 1 end`,
  },
  withoutComment: true,
  properties: {},
  furtherProperties: options(`s.setconfig`),
  from: `pg_db_role_setting s
where s.setdatabase in (0, (select oid from pg_database where datname = current_database()))`,
};

/** This database: its owner, whether it may be copied, and privileges on it. */
export const database: Kind = {
  identity: `'database'`,
  address: { catalog: `'pg_database'::regclass`, object: `d.oid` },
  privileges: { type: `'d'`, owner: `d.datdba`, acl: `d.datacl` },
  withoutComment: true,
  properties: {
    name: text(`quote_ident(d.datname)`),
    owner: text(`pg_get_userbyid(d.datdba)`),
    // A role that may create databases may copy a template with all its rows.
    template: flag(`d.datistemplate`),
    connectionLimit: number(`nullif(d.datconnlimit, -1)`),
  },
  from: `pg_database d
where d.datname = current_database()`,
};
