import { partsOfIdentity } from "../catalog";

/** An object as a statement names it. */
export interface ObjectName {
  readonly kind: string;
  /** Quoted where necessary and with schema, where it has one; the bare text for jobs and buckets. */
  readonly name: string;
  /** The table or view that it belongs to; for a publication's member the table or schema. */
  readonly parent?: string;
  readonly schema?: string;
}

const identifier = String.raw`(?:"(?:[^"]|"")+"|[^\s."(),]+)`;
const member = new RegExp(`^(${identifier}) (.+)$`);

export function objectName(identity: string): ObjectName {
  const { kind, schema, parent } = partsOfIdentity(identity);
  const rest = identity.slice(kind.length + 1);
  const place = schema === undefined ? {} : { schema };
  if (kind === "publication table" || kind === "publication schema") {
    const [, publication = rest, published = ""] = member.exec(rest) ?? [];
    return { kind, name: publication, parent: published, ...place };
  }
  if (parent !== undefined) return { kind, name: rest.slice(parent.length + 1), parent, ...place };
  return { kind, name: rest, ...place };
}
