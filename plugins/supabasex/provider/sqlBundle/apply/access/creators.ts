import type { History, OwnedObject } from "../../history/history";
import type { Session } from "../../session/session";
import { declarationsOf, objectKey } from "../../source/declaredObjects";
import type { BundleFile, LoadedBundle } from "../../source/files";

/**
 * Returns the creator of each object that repeatables have created: identity → role. The file that creates an object
 * now counts. It may not be the original one, because files are renamed, and objects move between them.
 */
export function creatorsOf(
  session: Session,
  history: History,
  { repeatables }: LoadedBundle,
): Promise<Map<string, string>> {
  const made = [...history.files.values()].flatMap(({ objects }) => objects);
  return creatorsAmong(session, new Map(repeatables.map((file) => [file, made])));
}

/** Returns the creators of these objects of files: identity → role. */
export async function creatorsAmong(
  session: Session,
  objects: ReadonlyMap<BundleFile, readonly OwnedObject[]>,
): Promise<Map<string, string>> {
  const { rows } = await session.work.query<{ role: string }>("select current_user as role");
  const own = rows[0]?.role ?? "";
  const creators = new Map<string, string>();
  for (const [file, made] of objects) {
    const declared = new Map(declarationsOf(file).map((object) => [objectKey(object), object]));
    for (const object of made) {
      const declaration = declared.get(objectKey(object));
      if (declaration === undefined || object.identity === undefined) continue;
      creators.set(object.identity, declaration.creator ?? own);
    }
  }
  return creators;
}
