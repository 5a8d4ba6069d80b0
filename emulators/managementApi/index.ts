export { type SupabaseApi, startSupabaseApi, stopSupabaseApi } from "./daemon";
export { databaseDirectories } from "./state/store";
