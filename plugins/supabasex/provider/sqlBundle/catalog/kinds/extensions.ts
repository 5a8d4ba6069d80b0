import { type Kind, text } from "./kind";

/** Extensions and where they are. Their version moves with the platform and is not ours to hold. */
export const extensions: Kind = {
  identity: `'extension ' || quote_ident(x.extname)`,
  address: { catalog: `'pg_extension'::regclass`, object: `x.oid` },
  withoutComment: true,
  properties: {
    schema: text(`quote_ident(n.nspname)`),
  },
  from: `pg_extension x
join pg_namespace n on n.oid = x.extnamespace`,
};
