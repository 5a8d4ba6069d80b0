export { type Cluster, type ClusterOptions, runningCluster, startCluster, stopCluster } from "./cluster";
export { ensurePostgresInstalled, type PostgresInstallation, type Progress } from "./installation";
export { localPassword } from "./passwords";
export { ensureTemplate } from "./template";
