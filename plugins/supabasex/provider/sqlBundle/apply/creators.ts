import type { History } from "../history/history";
import type { Session } from "../session/session";
import { declarationsOf, objectKey } from "../source/declaredObjects";
import type { LoadedBundle } from "../source/files";

/** Returns who creates each object that a repeatable of the bundle makes: identity → role. */
export async function creatorsOf(
  session: Session,
  history: History,
  { repeatables }: LoadedBundle,
): Promise<Map<string, string>> {
  const { rows } = await session.work.query<{ role: string }>("select current_user as role");
  const own = rows[0]?.role ?? "";
  const creators = new Map<string, string>();
  for (const file of repeatables) {
    const declared = new Map(declarationsOf(file).map((object) => [objectKey(object), object]));
    for (const object of history.files.get(file.path)?.objects ?? []) {
      const declaration = declared.get(objectKey(object));
      if (declaration === undefined || object.identity === undefined) continue;
      creators.set(object.identity, declaration.creator ?? own);
    }
  }
  return creators;
}
