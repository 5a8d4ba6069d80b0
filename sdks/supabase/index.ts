// The package that `pulumi package add terraform-provider supabase/supabase 1.10.1` would generate: the same names and types.
// The generated package can replace this folder without other changes.
export * from "./apikey";
export * from "./branch";
export * from "./edgeFunction";
export * from "./edgeFunctionSecrets";
export * from "./getApikeys";
export * from "./getBranch";
export * from "./getNetworkBans";
export * from "./getPooler";
export * from "./project";
export * from "./provider";
export * from "./settings";
export * from "./thirdPartyAuth";
export * as types from "./types";
