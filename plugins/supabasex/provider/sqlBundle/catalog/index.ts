export { type Catalog, type CatalogObject, fingerprint } from "./catalog";
export { byIdentity, type CatalogDifference, diffCatalogs, differencePath, diffManaged } from "./difference";
export { extendExpectation } from "./expectation";
export { type IdentityParts, parentIdentities, partsOfIdentity } from "./identity";
export { apiRoles } from "./partitions";
export { touched } from "./properties";
export { readCatalog, readCatalogInTransaction } from "./read";
export type { CatalogReading } from "./rows";
export { managedPart, watchedPart } from "./scope";
