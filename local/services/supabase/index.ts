export { type Clusters, type ProjectCluster, postgresClusters } from "./clusters";
export { type SupabaseApi, type SupabaseApiOptions, startSupabaseApi, stopSupabaseApi } from "./daemon";
export { createEmulator, type Emulator, type EmulatorOptions, type Fault } from "./emulator";
export { type EmulatorServer, serveEmulator } from "./server";
export { databaseDirectories } from "./state/store";
