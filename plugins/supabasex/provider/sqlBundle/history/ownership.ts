import type { CatalogReading } from "../catalog";
import { type Address, addressesOf, dependenciesBetween } from "../catalog/objects";
import type { Session } from "../session/session";
import { declarationsOf } from "../source/declaredObjects";
import type { BundleFile } from "../source/files";
import type { OwnedObject } from "./history";

/** What each file declares, as the database has it now. */
export interface Ownership {
  readonly objects: ReadonlyMap<BundleFile, readonly OwnedObject[]>;
  /** Identity → the file that declares it. */
  readonly owners: ReadonlyMap<string, BundleFile>;
  readonly addresses: readonly { readonly owner: string; readonly address: Address }[];
}

/** Finds the declared objects of all files in a reading, with one statement. */
export async function ownershipOf(
  session: Session,
  files: readonly BundleFile[],
  reading: CatalogReading,
): Promise<Ownership> {
  const identities = new Map([...reading.addresses].map(([identity, address]) => [address, identity]));
  const declared = files.flatMap((file) => declarationsOf(file).map((object) => ({ file, object })));
  const found = await addressesOf(
    session.work,
    declared.map(({ object }) => object),
  );
  const objects = new Map<BundleFile, OwnedObject[]>(files.map((file) => [file, []]));
  const owners = new Map<string, BundleFile>();
  const addresses: { owner: string; address: Address }[] = [];
  declared.forEach(({ file, object: { class: kind, name, on, user } }, at) => {
    const address = found[at];
    if (address !== undefined) addresses.push({ owner: file.path, address });
    const byName = kind === "bucket" ? `${kind} ${name}` : undefined;
    const identity = address === undefined ? byName : identities.get(address);
    objects.get(file)?.push({
      class: kind,
      name,
      ...(on === undefined ? {} : { on }),
      ...(user === undefined ? {} : { user }),
      ...(identity === undefined ? {} : { identity }),
    });
    if (identity !== undefined) owners.set(identity, file);
  });
  return { objects, owners, addresses };
}

/** Returns path → paths of the files on whose objects its own depend, according to the catalog. */
export async function dependenciesOf(session: Session, ownership: Ownership): Promise<Map<string, string[]>> {
  const dependencies = new Map<string, string[]>();
  for (const [dependent, dependency] of await dependenciesBetween(session.work, ownership.addresses)) {
    dependencies.set(dependent, [...(dependencies.get(dependent) ?? []), dependency]);
  }
  return dependencies;
}
