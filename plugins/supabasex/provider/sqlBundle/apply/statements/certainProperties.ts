import { partsOfIdentity } from "../../catalog";
import type { StatingStatement } from "../../source/statedFacts";
import type { StatementIndex } from "./statedObjects";

/**
 * Returns the properties of an object that the statements certainly set, with the names of an expectation: `comment`,
 * `grants.authenticated`.
 */
export function certainProperties(identity: string, stated: StatementIndex): string[] {
  const { parent, name } = partsOfIdentity(identity);
  return stated
    .statementsAbout(identity)
    .filter((statement) => parent === undefined || namesPart(statement, name))
    .flatMap(({ properties, grantees }) =>
      [...(properties ?? [])].flatMap((property) =>
        property === "grants" ? [...(grantees ?? [])].map((grantee) => `grants.${grantee}`) : [property],
      ),
    );
}

/** Returns whether the statement names the part itself and not only its table. */
function namesPart({ bareNames, qualifiedNames }: StatingStatement, name: string): boolean {
  return bareNames.has(name) || [...qualifiedNames].some((other) => other.endsWith(`.${name}`));
}
