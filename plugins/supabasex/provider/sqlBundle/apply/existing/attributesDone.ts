import { type Catalog, partsOfIdentity, printIdentity } from "../../catalog";
import { texts } from "../../repair/createStatement";
import { firstIdentifier } from "../../source/identifiers";
import type { DoneManually } from "./leftOutParts";

interface Catalogs {
  /** What the bundle has created. */
  readonly former: Catalog;
  /** The catalog with the manual changes. */
  readonly live: Catalog;
  /** The catalog after the files ran without them. */
  readonly expected: Catalog;
}

/**
 * Returns the attributes of composite types that were added or dropped manually, and that files add or drop. To an
 * `alter type`, an attribute is a column of the type.
 */
export function attributesDone(catalogs: Catalogs): Pick<DoneManually, "created" | "dropped"> {
  const { former, live, expected } = catalogs;
  const types = Object.keys(former).filter((identity) =>
    [former, live, expected].every((catalog) => catalog[identity]?.kind === "composite"),
  );
  const done = types.map((identity) => {
    const [were, are, asked] = [former, live, expected].map((catalog) =>
      texts(catalog[identity]?.attributes).map(firstIdentifier),
    ) as [string[], string[], string[]];
    const parent = partsOfIdentity(identity).name;
    const identityOf = (name: string) => printIdentity({ kind: "column", parent, name });
    return {
      created: are.filter((name) => !were.includes(name) && asked.includes(name)).map(identityOf),
      dropped: were.filter((name) => !are.includes(name) && !asked.includes(name)).map(identityOf),
    };
  });
  return {
    created: done.flatMap(({ created }) => created),
    dropped: done.flatMap(({ dropped }) => dropped),
  };
}
