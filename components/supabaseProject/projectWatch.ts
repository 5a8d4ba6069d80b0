import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { isJsonObject, type JsonObject } from "../../foundation/json";
import { ProjectWatch as Watch } from "../../plugins/supabasex/sdk";
import { Component } from "../component";
import { hookSettingNames } from "./accessTokenHook";
import { isSecretKey } from "./authKeys";
import type { SupabaseProject } from "./supabaseProject";

export interface ProjectWatchArgs {
  /** The project to watch. The settings that it sends are not reported here. */
  readonly project: SupabaseProject;
  /** Slugs of the edge functions that the stack deploys, and names of their secrets. */
  readonly functions: { readonly slugs: readonly string[]; readonly secretNames: readonly string[] };
  /** Accepted changes, by the names that a deployment prints. */
  readonly accept: readonly string[];
  /** Everything that the stack declares in the project. The baseline is recorded afterwards. */
  readonly after: readonly pulumi.Resource[];
}

/**
 * Reports changes in the project outside of the stack: functions, secrets, keys, sign-in providers,
 * domains, branches, add-ons, owners, and every setting that the stack does not send.
 */
export class ProjectWatch extends Component {
  constructor(name: string, args: ProjectWatchArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ProjectWatch", name, opts);
    const { project, functions } = args;
    const { sections } = project;
    const credentials = sections.credentials ?? {};
    const secrets = Object.entries(credentials).filter(([key]) => isSecretKey(key));
    const sentOpenly = Object.keys(credentials).filter((key) => !isSecretKey(key));
    new Watch(
      this.childName("baseline"),
      {
        projectRef: project.ref,
        organizationId: project.organizationId,
        declared: {
          functions: functions.slugs,
          secrets: functions.secretNames,
          settings: {
            auth: sections.auth.apply((auth) => [...keysOf(auth), ...sentOpenly, ...hookSettingNames]),
            "Data API": sections.api.apply((api) => keysOf(api)),
            storage: sections.storage.apply((storage) => keysOf(storage)),
            database: sections.database.apply((database) => keysOf(database ?? {})),
            realtime: sections.realtime.apply((realtime) => keysOf(realtime).map(snakeCase)),
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
