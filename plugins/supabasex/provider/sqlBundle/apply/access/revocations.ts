import { isJsonObject, type JsonObject } from "../../../../../../foundation/json";
import { type Catalog, type CatalogObject, parentIdentities, partsOfIdentity } from "../../catalog";
import type { BundleFile } from "../../source/files";
import { granteesOf, statingStatements } from "../../source/statedFacts";
import { statementsOf } from "../../source/statements";
import { StatementIndex } from "../statements/statedObjects";

/** What files may revoke from roles. Dynamic statements are not covered. */
export class Revocations {
  readonly #revokes: StatementIndex;
  /** The roles of each `drop owned`, which revokes on all objects; `undefined` if they depend on the session. */
  readonly #disowned: readonly (ReadonlySet<string> | undefined)[];

  constructor(files: readonly BundleFile[]) {
    const statements = files.flatMap((file) => statingStatements(file));
    this.#revokes = new StatementIndex(statements.filter(({ text }) => /^revoke\b/i.test(text)));
    this.#disowned = files
      .flatMap((file) => statementsOf(file))
      .flatMap(({ node }) => ("DropOwnedStmt" in node ? [granteesOf(node.DropOwnedStmt.roles ?? [])] : []));
  }

  /** Returns an object without the grants that the files revoke; `undefined` if nothing is left. */
  without(identity: string, object: CatalogObject, before: Catalog): CatalogObject | undefined {
    const { grants, ...others } = object;
    if (!isJsonObject(grants)) return object;
    const kept = this.keptGrants(identity, grants, before);
    if (Object.keys(kept).length === Object.keys(grants).length) return object;
    if (Object.keys(kept).length > 0) return { ...others, grants: kept };
    return Object.keys(others).length > 0 ? others : undefined;
  }

  /** Returns an object without the grants that `drop owned` revokes; `undefined` for a policy of such a role. */
  withoutDisowned(object: CatalogObject): CatalogObject | undefined {
    const { grants, roles } = object;
    if (this.#disowned.length === 0) return object;
    if (Array.isArray(roles) && roles.some((role) => this.#isDisowned(String(role)))) return undefined;
    if (!isJsonObject(grants)) return object;
    const kept = Object.entries(grants).filter(([grantee]) => !this.#isDisowned(grantee));
    return { ...object, grants: Object.fromEntries(kept) };
  }

  #isDisowned(role: string): boolean {
    return this.#disowned.some((roles) => roles === undefined || roles.has(role));
  }

  /** Returns those of the grants on an object, by role, that the files do not revoke. */
  keptGrants(identity: string, grants: JsonObject, before: Catalog): JsonObject {
    const roles = this.#rolesOf(identity, before);
    if (roles === undefined) return {};
    return Object.fromEntries(Object.entries(grants).filter(([grantee]) => !roles.has(grantee)));
  }

  /**
   * Returns the roles that may lose privileges on an object; `undefined`: any role. Revoking on a table also revokes on
   * its columns, and revoking from a role with the grant option also from those to which it has granted.
   */
  #rolesOf(identity: string, before: Catalog): ReadonlySet<string> | undefined {
    const { kind, parent } = partsOfIdentity(identity);
    const identities = kind === "column" && parent !== undefined ? parentIdentities(parent) : [];
    const objects = [identity, ...identities];
    const statements = new Set(objects.flatMap((one) => this.#revokes.statementsAbout(one)));
    const sets = [...this.#disowned];
    for (const { grantees, text } of statements) sets.push(/\bcascade$/i.test(text) ? undefined : grantees);
    const roles = new Set<string>();
    for (const set of sets) {
      if (set === undefined) return undefined;
      for (const role of set) roles.add(role);
    }
    const mayGrant = objects.some((one) => [...roles].some((role) => holdsGrantOption(before[one], role)));
    return mayGrant ? undefined : roles;
  }
}

function holdsGrantOption(object: CatalogObject | undefined, role: string): boolean {
  const held = isJsonObject(object?.grants) ? object.grants[role] : undefined;
  return Array.isArray(held) && held.some((privilege) => String(privilege).endsWith(" with grant option"));
}
