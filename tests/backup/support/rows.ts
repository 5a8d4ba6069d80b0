import { execFileSync } from "node:child_process";
import type { Manifest } from "../../../backup/manifest";
import { objectKey } from "../../../backup/runName";
import type { TestStore } from "./store";

/**
 * Counts the lines of each table of these schemas in a backup's stored rows. Reads them without the program: with zstd, up to the
 * end of each COPY.
 */
export async function storedRows(
  { store }: TestStore,
  manifest: Manifest,
  isWanted: (schema: string) => boolean,
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { name, kind } of manifest.objects) {
    if (kind !== "rows") continue;
    const text = execFileSync("zstd", ["-dc"], {
      input: await readBytes(store, objectKey(manifest.run, name)),
      maxBuffer: 2 ** 30,
    }).toString("utf8");
    for (const [, schema = "", table = "", rows = ""] of text.matchAll(
      /^copy "((?:[^"]|"")*)"\."((?:[^"]|"")*)" (?:\((?:"(?:[^"]|"")*"(?:, )?)+\) )?from stdin;\n((?:(?!\\\.$).*\n)*)\\\.$/gm,
    )) {
      if (isWanted(schema)) counts[table.replaceAll('""', '"')] = rows.split("\n").length - 1;
    }
  }
  return counts;
}

async function readBytes(store: TestStore["store"], key: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of (await store.open(key)) ?? []) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
