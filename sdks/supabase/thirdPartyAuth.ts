import * as pulumi from "@pulumi/pulumi";
import type * as inputs from "./types/input";
import type * as outputs from "./types/output";
import * as utilities from "./utilities";

/** An issuer whose tokens a project accepts. Set exactly one of `customJwks`, `jwksUrl` and `oidcIssuerUrl`. */
export class ThirdPartyAuth extends pulumi.CustomResource {
  /** The state of an existing ThirdPartyAuth with the given id. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: ThirdPartyAuthState,
    opts?: pulumi.CustomResourceOptions,
  ): ThirdPartyAuth {
    return new ThirdPartyAuth(name, (state ?? {}) as ThirdPartyAuthArgs, { ...opts, id });
  }

  /** @internal */
  static readonly __pulumiType = "supabase:index/thirdPartyAuth:ThirdPartyAuth";

  /** Returns whether the object is a ThirdPartyAuth, including one from another copy of this package. */
  static override isInstance(obj: unknown): obj is ThirdPartyAuth {
    return utilities.isOfType(obj, ThirdPartyAuth.__pulumiType);
  }

  /** Public keys as a JWK set in JSON; a change replaces the resource. */
  declare readonly customJwks: pulumi.Output<string | undefined>;
  /** When it was added. */
  declare readonly insertedAt: pulumi.Output<string>;
  /** URL of a JWK set; a change replaces the resource. */
  declare readonly jwksUrl: pulumi.Output<string | undefined>;
  /** URL of an OpenID Connect issuer; a change replaces the resource. */
  declare readonly oidcIssuerUrl: pulumi.Output<string | undefined>;
  /** Ref of the project; a change replaces the resource. */
  declare readonly projectRef: pulumi.Output<string>;
  /** When its keys were last fetched. */
  declare readonly resolvedAt: pulumi.Output<string>;
  /** The current keys, as JSON. */
  declare readonly resolvedJwks: pulumi.Output<string>;
  /** How long to wait for the project and its Auth service. */
  declare readonly timeouts: pulumi.Output<outputs.ThirdPartyAuthTimeouts | undefined>;
  /** How its keys are found. */
  declare readonly type: pulumi.Output<string>;
  /** When it was last changed. */
  declare readonly updatedAt: pulumi.Output<string>;

  constructor(name: string, args: ThirdPartyAuthArgs, opts: pulumi.CustomResourceOptions = {}) {
    super(
      ThirdPartyAuth.__pulumiType,
      name,
      utilities.resourceInputs(args, opts, {
        inputs: ["customJwks", "jwksUrl", "oidcIssuerUrl", "projectRef", "timeouts"],
        required: ["projectRef"],
        outputs: ["insertedAt", "resolvedAt", "resolvedJwks", "type", "updatedAt"],
      }),
      utilities.resourceOptions(opts),
      false,
      utilities.getPackage(),
    );
  }
}

/** The state properties by which a ThirdPartyAuth can be looked up. */
export interface ThirdPartyAuthState {
  /** Public keys as a JWK set in JSON; a change replaces the resource. */
  customJwks?: pulumi.Input<string | undefined>;
  /** When it was added. */
  insertedAt?: pulumi.Input<string | undefined>;
  /** URL of a JWK set; a change replaces the resource. */
  jwksUrl?: pulumi.Input<string | undefined>;
  /** URL of an OpenID Connect issuer; a change replaces the resource. */
  oidcIssuerUrl?: pulumi.Input<string | undefined>;
  /** Ref of the project; a change replaces the resource. */
  projectRef?: pulumi.Input<string | undefined>;
  /** When its keys were last fetched. */
  resolvedAt?: pulumi.Input<string | undefined>;
  /** The current keys, as JSON. */
  resolvedJwks?: pulumi.Input<string | undefined>;
  /** How long to wait for the project and its Auth service. */
  timeouts?: pulumi.Input<inputs.ThirdPartyAuthTimeouts | undefined>;
  /** How its keys are found. */
  type?: pulumi.Input<string | undefined>;
  /** When it was last changed. */
  updatedAt?: pulumi.Input<string | undefined>;
}

/** The arguments of a ThirdPartyAuth. */
export interface ThirdPartyAuthArgs {
  /** Public keys as a JWK set in JSON; a change replaces the resource. */
  customJwks?: pulumi.Input<string | undefined>;
  /** URL of a JWK set; a change replaces the resource. */
  jwksUrl?: pulumi.Input<string | undefined>;
  /** URL of an OpenID Connect issuer; a change replaces the resource. */
  oidcIssuerUrl?: pulumi.Input<string | undefined>;
  /** Ref of the project; a change replaces the resource. */
  projectRef: pulumi.Input<string>;
  /** How long to wait for the project and its Auth service. */
  timeouts?: pulumi.Input<inputs.ThirdPartyAuthTimeouts | undefined>;
}
