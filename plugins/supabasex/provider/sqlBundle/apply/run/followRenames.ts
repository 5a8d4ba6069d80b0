import { partsOfIdentity } from "../../catalog";
import type { Renames } from "../../catalog/renames";
import { type AppliedFile, type History, type OwnedObject, recordNames } from "../../history/history";
import type { Session } from "../../session/session";
import { nameWithoutArguments } from "../../source/identifiers";
import { renamingIn } from "../statements/renamedStatement";

/** What migrations renamed. */
interface Renamed {
  /** Identity in the records → present identity. */
  readonly renames: Renames;
  /** The version of the server, whose parser reads the recorded statements. */
  readonly serverMajor: number | undefined;
}

/**
 * Writes into the history the present names of what migrations renamed or moved, such as the table of a repeatable's
 * policy: by these names, a later deployment finds what a removed file created and stated.
 */
export async function followRenames(
  session: Session,
  bundle: string,
  history: History,
  { renames, serverMajor }: Renamed,
): Promise<History> {
  const repeatables = [...history.files.values()].filter(({ kind }) => kind === "repeatable");
  if (renames.size === 0 || repeatables.length === 0) return history;
  const rewrite = renamingIn(renames, serverMajor);
  const renamed = repeatables.map((file): AppliedFile => {
    const states = file.states.map(rewrite);
    const isDue = file.due === true || states.some((text, at) => text !== file.states[at]);
    const objects = file.objects.map((object) => renamedObject(object, renames));
    return { ...file, objects, states, ...(isDue ? { due: true } : {}) };
  });
  await recordNames(session.work, bundle, renamed);
  const files = new Map<string, AppliedFile>([
    ...history.files,
    ...renamed.map((file): [string, AppliedFile] => [file.path, file]),
  ]);
  return { ...history, files };
}

function renamedObject(object: OwnedObject, renames: Renames): OwnedObject {
  const { identity: former } = object;
  const present = former === undefined ? undefined : renames.get(former);
  if (former === undefined || present === undefined) return object;
  const { parent } = partsOfIdentity(present);
  const name = presentName(object, former, present);
  return { ...object, identity: present, name, ...(parent === undefined ? {} : { on: parent }) };
}

/** Returns the present name, with the arguments as the file writes them if they have the same types. */
function presentName({ name }: OwnedObject, former: string, present: string): string {
  const [was, is] = [partsOfIdentity(former).name, partsOfIdentity(present).name];
  const argumentsOf = (one: string) => one.slice(nameWithoutArguments(one).length);
  return argumentsOf(was) === argumentsOf(is) ? `${nameWithoutArguments(is)}${argumentsOf(name)}` : is;
}
