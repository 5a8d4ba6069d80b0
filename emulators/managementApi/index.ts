export { type Clusters, postgresClusters } from "./clusters";
export { type SupabaseApi, startSupabaseApi, stopSupabaseApi } from "./daemon";
export { createEmulator, type Emulator, type EmulatorOptions } from "./emulator";
export { databaseDirectories } from "./state/store";
