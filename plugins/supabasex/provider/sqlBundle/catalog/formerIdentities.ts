import { quoteUnlessKeyword } from "../source/identifiers";
import { type Catalog, type CatalogObject, sortedCatalog } from "./catalog";

/**
 * Returns an expectation of an earlier version with current identities: a job's did not contain the user, which was a
 * property.
 */
export function withCurrentIdentities(recorded: Catalog): Catalog {
  const isFormer = ([identity, { user }]: [string, CatalogObject]) =>
    identity.startsWith("cron job ") && user !== undefined;
  const former = Object.entries(recorded).filter(isFormer);
  if (former.length === 0) return recorded;
  const objects = new Map(Object.entries(recorded));
  for (const [identity, { user, ...job }] of former) {
    objects.delete(identity);
    objects.set(`${identity} of ${quoteUnlessKeyword(String(user))}`, job);
  }
  return sortedCatalog(objects);
}
