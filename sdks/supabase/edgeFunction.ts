import * as pulumi from "@pulumi/pulumi";
import * as utilities from "./utilities";

/** An edge function, bundled by the service from the uploaded entry point. */
export class EdgeFunction extends pulumi.CustomResource {
  /** The state of an existing EdgeFunction with the given id. */
  static get(
    name: string,
    id: pulumi.Input<pulumi.ID>,
    state?: EdgeFunctionState,
    opts?: pulumi.CustomResourceOptions,
  ): EdgeFunction {
    return new EdgeFunction(name, (state ?? {}) as EdgeFunctionArgs, { ...opts, id });
  }

  /** @internal */
  static readonly __pulumiType = "supabase:index/edgeFunction:EdgeFunction";

  /** Returns whether the object is an EdgeFunction, including one from another copy of this package. */
  static override isInstance(obj: unknown): obj is EdgeFunction {
    return utilities.isOfType(obj, EdgeFunction.__pulumiType);
  }

  /** SHA-256 of the bundle that the service created. */
  declare readonly checksum: pulumi.Output<string>;
  /** Milliseconds since 1970. */
  declare readonly createdAt: pulumi.Output<number>;
  /** Path of the entry point. Only this file is uploaded, under its own name, so it must not import other local files. */
  declare readonly entrypoint: pulumi.Output<string>;
  /** Path of an import map. */
  declare readonly importMap: pulumi.Output<string | undefined>;
  /** SHA-256 over the paths and contents of the local files. */
  declare readonly localChecksum: pulumi.Output<string>;
  /** Display name. */
  declare readonly name: pulumi.Output<string>;
  /** Ref of the project; a change replaces the function. */
  declare readonly projectRef: pulumi.Output<string>;
  /** Name in the URL; a change replaces the function. */
  declare readonly slug: pulumi.Output<string>;
  /** Patterns of further files to upload. */
  declare readonly staticFiles: pulumi.Output<string[] | undefined>;
  /** `ACTIVE`, `REMOVED` or `THROTTLED`. */
  declare readonly status: pulumi.Output<string>;
  /** Milliseconds since 1970. */
  declare readonly updatedAt: pulumi.Output<number>;
  /** Incremented by every deployment. */
  declare readonly version: pulumi.Output<number>;

  constructor(name: string, args: EdgeFunctionArgs, opts: pulumi.CustomResourceOptions = {}) {
    super(
      EdgeFunction.__pulumiType,
      name,
      utilities.resourceInputs(args, opts, {
        inputs: ["entrypoint", "importMap", "name", "projectRef", "slug", "staticFiles"],
        required: ["entrypoint", "projectRef", "slug"],
        outputs: ["checksum", "createdAt", "localChecksum", "status", "updatedAt", "version"],
      }),
      utilities.resourceOptions(opts),
      false,
      utilities.getPackage(),
    );
  }
}

/** The state properties by which an EdgeFunction can be looked up. */
export interface EdgeFunctionState {
  /** SHA-256 of the bundle that the service created. */
  checksum?: pulumi.Input<string | undefined>;
  /** Milliseconds since 1970. */
  createdAt?: pulumi.Input<number | undefined>;
  /** Path of the entry point. Only this file is uploaded, under its own name, so it must not import other local files. */
  entrypoint?: pulumi.Input<string | undefined>;
  /** Path of an import map. */
  importMap?: pulumi.Input<string | undefined>;
  /** SHA-256 over the paths and contents of the local files. */
  localChecksum?: pulumi.Input<string | undefined>;
  /** Display name. */
  name?: pulumi.Input<string | undefined>;
  /** Ref of the project; a change replaces the function. */
  projectRef?: pulumi.Input<string | undefined>;
  /** Name in the URL; a change replaces the function. */
  slug?: pulumi.Input<string | undefined>;
  /** Patterns of further files to upload. */
  staticFiles?: pulumi.Input<pulumi.Input<string>[] | undefined>;
  /** `ACTIVE`, `REMOVED` or `THROTTLED`. */
  status?: pulumi.Input<string | undefined>;
  /** Milliseconds since 1970. */
  updatedAt?: pulumi.Input<number | undefined>;
  /** Incremented by every deployment. */
  version?: pulumi.Input<number | undefined>;
}

/** The arguments of an EdgeFunction. */
export interface EdgeFunctionArgs {
  /** Path of the entry point. Only this file is uploaded, under its own name, so it must not import other local files. */
  entrypoint: pulumi.Input<string>;
  /** Path of an import map. */
  importMap?: pulumi.Input<string | undefined>;
  /** Display name. */
  name?: pulumi.Input<string | undefined>;
  /** Ref of the project; a change replaces the function. */
  projectRef: pulumi.Input<string>;
  /** Name in the URL; a change replaces the function. */
  slug: pulumi.Input<string>;
  /** Patterns of further files to upload. */
  staticFiles?: pulumi.Input<pulumi.Input<string>[] | undefined>;
}
