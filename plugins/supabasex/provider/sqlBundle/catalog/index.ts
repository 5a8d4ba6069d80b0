export {
  type Addresses,
  diffTraced,
  isRename,
  splitName,
  type TracedCatalog,
  traceObjects,
} from "./addresses";
export { type Catalog, type CatalogObject, fingerprint } from "./catalog";
export { changeText, objectText } from "./changeText";
export { byIdentity, type CatalogDifference, diffCatalogs, differencePath, diffManaged } from "./difference";
export {
  digestIdentity,
  digestsOf,
  type ExpectedDigests,
  expectationFrom,
  parseDigests,
  printDigests,
  type RememberedExpectation,
} from "./digests";
export { extendExpectation } from "./expectation";
export {
  inDropStatement,
  type ObjectIdentity,
  parentIdentities,
  partsOfIdentity,
  printIdentity,
  relationKinds,
  routineKinds,
} from "./identity";
export { canonicalCatalog, canonicalIdentity } from "./names";
export { isOfPartitions } from "./partitionGaps";
export { apiRoles } from "./partitions";
export { touched, touchedProperties } from "./properties";
export { readCatalog, readCatalogInTransaction, readCatalogReading } from "./read";
export { expectationIfUnchanged } from "./remembered";
export type { CatalogReading } from "./rows";
export { isSameObject } from "./sameObject";
export { managedPart, watchedPart } from "./scope";
