import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { isJsonObject, type JsonObject } from "../../foundation/json";
import { ProjectWatch as Watch } from "../../plugins/supabasex/sdk";
import { Component } from "../component";
import { hookSettingNames } from "./accessTokenHook";
import { apiSettings } from "./apiSettings";
import { authCredentials } from "./authCredentials";
import { isSecretKey } from "./authKeys";
import { authSettings } from "./authSettings";
import { databaseSettings } from "./databaseSettings";
import { realtimeSettings } from "./realtimeSettings";
import { storageSettings } from "./storageSettings";
import type { SupabaseProjectArgs } from "./supabaseProject";

export interface ProjectWatchArgs {
  readonly projectRef: pulumi.Input<string>;
  /** The configuration areas whose settings the stack sends. */
  readonly settings: Pick<
    SupabaseProjectArgs,
    "project" | "database" | "auth" | "api" | "storage" | "realtime"
  >;
  /** Slugs of the edge functions that the stack deploys, and names of their secrets. */
  readonly functions: { readonly slugs: readonly string[]; readonly secretNames: readonly string[] };
  /** Accepted changes, by the names that a deployment prints. */
  readonly accept: readonly string[];
  /** Everything that the stack declares in the project. The baseline is recorded afterwards. */
  readonly after: readonly pulumi.Resource[];
}

/**
 * Reports what somebody changes in the project outside of the stack: functions, secrets, keys, sign-in providers,
 * domains, branches, add-ons, owners, and every setting that the stack does not send.
 */
export class ProjectWatch extends Component {
  constructor(name: string, args: ProjectWatchArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ProjectWatch", name, opts);
    const { settings, functions } = args;
    const credentials = authCredentials(settings.auth) ?? {};
    const secrets = Object.entries(credentials).filter(([key]) => isSecretKey(key));
    const sentOpenly = Object.keys(credentials).filter((key) => !isSecretKey(key));
    new Watch(
      this.childName("baseline"),
      {
        projectRef: args.projectRef,
        organizationId: settings.project.organizationId,
        declared: {
          functions: functions.slugs,
          secrets: functions.secretNames,
          settings: {
            auth: [...keysOf(authSettings(settings.auth)), ...sentOpenly, ...hookSettingNames],
            "Data API": keysOf(apiSettings(settings.api)),
            storage: keysOf(storageSettings(settings.storage)),
            database: keysOf(databaseSettings(settings.database.settings) ?? {}),
            realtime: keysOf(realtimeSettings(settings.realtime)).map(snakeCase),
          },
        },
        credentials: Object.fromEntries(
          secrets.map(([key, value]) => [key, pulumi.output(value).apply((text) => sha256(String(text)))]),
        ),
        accept: args.accept,
      },
      this.childOptions({ dependsOn: [...args.after] }),
    );
    this.registerOutputs({});
  }
}

/** Returns the keys that a section sends, joined with dots if they are nested. Undefined values are not sent. */
function keysOf(section: object, prefix = ""): string[] {
  return Object.entries(section as JsonObject).flatMap(([key, value]) => {
    if (value === undefined) return [];
    return isJsonObject(value) ? keysOf(value, `${prefix}${key}.`) : [`${prefix}${key}`];
  });
}

function snakeCase(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
