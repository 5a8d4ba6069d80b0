import { readFile } from "node:fs/promises";
import { zipSync } from "fflate";
import { UserError } from "../../../foundation/userError";
import { type Archive, Asset, isPropertyMap } from "../../../plugins/provider-host/values";

/** The earliest time in a zip file. A fixed time makes the bytes depend only on the files. */
const firstTime = new Date(1980, 0, 1);

/** Returns the zip file of an `AssetArchive` of files and texts. Paths are relative to the folder of the stack's program. */
export async function zipOf(archive: Archive): Promise<Uint8Array> {
  const { assets } = archive.content;
  if (!isPropertyMap(assets))
    throw new UserError("The local stand-in for aws only supports an AssetArchive of single files.");
  const files = await Promise.all(
    Object.entries(assets).map(async ([name, asset]) => {
      if (!(asset instanceof Asset))
        throw new UserError(
          `The local stand-in for aws does not support an archive in an archive (${name}).`,
        );
      return [name, await bytesOf(asset, name)] as const;
    }),
  );
  return zipSync(Object.fromEntries(files), { mtime: firstTime });
}

async function bytesOf({ content: { path, text } }: Asset, name: string): Promise<Uint8Array> {
  if (typeof text === "string" && text !== "") return Buffer.from(text, "utf8");
  if (typeof path !== "string")
    throw new UserError(`The local stand-in for aws only supports files and texts, and ${name} is neither.`);
  try {
    return await readFile(path);
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    throw new UserError(`The file ${path} of an archive cannot be read (${code}): run \`npm run build\`.`);
  }
}
