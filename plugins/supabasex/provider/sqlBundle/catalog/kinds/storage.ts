import { options, type Property, text } from "./kind";

/** How the rows of relation `r` are stored; needs {@link storageJoins}. The heap is the default method of every server. */
export const storage: Readonly<Record<string, Property>> = {
  accessMethod: text(`case when r.access_method not in (0, 2) then (
      select quote_ident(m.amname) from pg_am m where m.oid = r.access_method) end`),
  toastOptions: options(`toast.reloptions`),
};

// A subquery that is not flattened: nearly always it is empty, so hashing it is faster than index scans.
export const storageJoins = `
left join (select oid, reloptions from pg_class where relkind = 't' and reloptions is not null offset 0) toast
  on toast.oid = r.toast`;
