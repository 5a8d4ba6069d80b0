export { chooseMajor, chosenMajor, refuseOtherMajor } from "./choice";
export {
  type Cluster,
  type ClusterOptions,
  runningCluster,
  startCluster,
  stopCluster,
} from "./cluster";
export { hostedRightsFolder } from "./hostedRights";
export { ensurePostgresInstalled, type PostgresInstallation, type Progress } from "./installation";
export { parseMajor } from "./installation/majors";
export { localPassword } from "./passwords";
export { ensureTemplate } from "./template";
