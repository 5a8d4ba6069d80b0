export { type Clusters, type ProjectCluster, postgresClusters } from "./clusters";
export { createEmulator, type Emulator, type EmulatorOptions, type Fault } from "./emulator";
export { type EmulatorServer, serveEmulator } from "./server";
export { databaseDirectories } from "./state/store";
