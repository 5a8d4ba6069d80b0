import type * as pulumi from "@pulumi/pulumi";
import { Settings } from "@pulumi/supabase";
import { Component } from "../component";
import type { AuthSettings } from "./authKeys";
import { settingsJson } from "./settingsJson";

/** The function of the SQL bundle, in Auth's notation (sql/repeatable/functions/custom_access_token_hook.sql). */
const hookUri = "pg-functions://postgres/private/custom_access_token_hook";

/** The keys of Auth that the hook's settings own, whether they are sent or not. */
export const hookSettingNames = ["hook_custom_access_token_enabled", "hook_custom_access_token_uri"] as const;

export interface AccessTokenHookArgs {
  readonly projectRef: pulumi.Input<string>;
  /** The SQL bundle, which creates the function. The hook is enabled after it was applied. */
  readonly bundle: pulumi.Resource;
  /** Whether tokens contain the tenant. */
  readonly enabled: boolean;
}

/**
 * Lets Auth call the bundle's function for every token. It is separate from the project's other settings because of the
 * order: with an enabled hook but no function, Auth fails every sign-in. The function only exists after the SQL was
 * applied, which itself needs the project and its settings. The two Settings share no key, so neither overwrites the
 * other.
 */
export class AccessTokenHook extends Component {
  constructor(name: string, args: AccessTokenHookArgs, opts?: pulumi.ComponentResourceOptions) {
    super("AccessTokenHook", name, opts);
    new Settings(
      this.childName("settings"),
      {
        projectRef: args.projectRef,
        auth: settingsJson(hookSettings(args.enabled)),
      },
      this.childOptions({ dependsOn: [args.bundle] }),
    );
    this.registerOutputs({ enabled: args.enabled });
  }
}

function hookSettings(enabled: boolean): AuthSettings {
  if (!enabled) return { hook_custom_access_token_enabled: false };
  return { hook_custom_access_token_enabled: true, hook_custom_access_token_uri: hookUri };
}
