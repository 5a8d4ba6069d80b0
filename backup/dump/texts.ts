import { createHash } from "node:crypto";
import type pg from "pg";
import type { SequenceValue, StoredObject } from "../manifest";
import { readAccess } from "../postgres/access";
import { writeAccess } from "../postgres/accessText";
import { describeSequences } from "../postgres/sequences";
import {
  describeGlobals,
  describeJobs,
  describeMaterializedViews,
  describePublication,
} from "../postgres/statements";
import { objectKey } from "../runName";
import type { ObjectStore } from "../store/objectStore";

interface Text {
  readonly name: string;
  readonly kind: "sql" | "json";
  readonly content: StoredObject["content"];
  /** Undefined if the database has none. */
  readonly text: string | undefined;
}

/** Stores the parts that are small enough for text: roles, sequences, owners and grants, jobs and so on. */
export async function storeTexts(
  client: pg.Client,
  sequences: readonly SequenceValue[],
  { store, run, signal }: { readonly store: ObjectStore; readonly run: string; readonly signal: AbortSignal },
): Promise<StoredObject[]> {
  const sql = (name: string, content: Text["content"], text: string | undefined): Text => ({
    name: `${name}.sql`,
    kind: "sql",
    content,
    text,
  });
  const access = writeAccess(await readAccess(client));
  const texts: Text[] = [
    sql("globals", "globals", await describeGlobals(client)),
    sql("sequences", "sequences", describeSequences(sequences)),
    sql("materialized-views", "materialized views", await describeMaterializedViews(client)),
    sql("publication", "publication", await describePublication(client)),
    sql("jobs", "jobs", await describeJobs(client)),
    { name: "access.json", kind: "json", content: "access", text: access },
  ];
  const objects: StoredObject[] = [];
  for (const { name, kind, content, text } of texts) {
    if (text === undefined) continue;
    await store.putText(objectKey(run, name), text, `application/${kind}`, { signal });
    const bytes = Buffer.from(text, "utf8");
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    objects.push({ name, kind, content, bytes: bytes.length, sha256 });
  }
  return objects;
}
