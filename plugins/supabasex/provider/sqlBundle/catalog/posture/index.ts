export {
  type Acceptance,
  accept,
  acceptancesOf,
  adoptDeclared,
  type Declared,
  diffPostures,
  extendBaseline,
  upgradesIn,
} from "./baseline";
export { apiRolesOf } from "./exposure";
export {
  groupAcceptance,
  type PostureDigests,
  parsePostureDigests,
  postureDigests,
  postureFrom,
  postureGroup,
  printPostureDigests,
} from "./groups";
export { membershipOf } from "./memberships";
export { postureOf, postureWithout } from "./posture";
export { bySeverity, type Severity, severities, severityOf } from "./severity";
export {
  coverageOf,
  coverageOfVersion,
  type PostureVersion,
  postureVersion,
  type RememberedAccess,
  withNewCoverage,
} from "./version";
