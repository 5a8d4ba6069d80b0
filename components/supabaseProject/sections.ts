import * as pulumi from "@pulumi/pulumi";
import type { RealtimeSettings } from "../../plugins/supabasex/sdk";
import { type ApiSettings, apiSettings } from "./apiSettings";
import { authCredentials } from "./authCredentials";
import type { AuthCredentials, AuthSettings } from "./authKeys";
import { authSettingsOf } from "./authSettings";
import { type DatabaseSettings, databaseSettings } from "./databaseSettings";
import { realtimeSettings } from "./realtimeSettings";
import { type StorageSettings, storageSettings } from "./storageSettings";
import type { SupabaseProjectArgs } from "./supabaseProjectArgs";

/** The settings of a project in the API's spelling, by section. */
export interface ProjectSections {
  /** Undefined if every parameter is that of the compute size. */
  readonly database: pulumi.Output<DatabaseSettings | undefined>;
  readonly api: pulumi.Output<ApiSettings>;
  readonly auth: pulumi.Output<AuthSettings>;
  /** Settings of Auth that are sent with credentials; undefined if there are none. */
  readonly credentials: AuthCredentials | undefined;
  readonly storage: pulumi.Output<StorageSettings>;
  readonly realtime: pulumi.Output<RealtimeSettings>;
}

export function projectSections(args: SupabaseProjectArgs): ProjectSections {
  return {
    database: pulumi.output(args.database.parameters ?? {}).apply(databaseSettings),
    api: pulumi.output(args.api).apply(apiSettings),
    auth: authSettingsOf(args.auth),
    credentials: authCredentials(args.auth),
    storage: pulumi.output(args.storage).apply(storageSettings),
    realtime: pulumi.output(args.realtime).apply(realtimeSettings),
  };
}
