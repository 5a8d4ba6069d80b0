import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { EdgeFunction, EdgeFunctionSecrets } from "@pulumi/supabase";
import { EdgeFunctionDeployment } from "../../plugins/supabasex/sdk";
import { Component } from "../component";
import { bundleEntryPoint } from "./bundleEntryPoint";

export interface EdgeFunctionsArgs {
  readonly projectRef: pulumi.Input<string>;
  readonly functions: readonly {
    /** The name in the URL. A change creates a new function. */
    readonly slug: string;
    /** Path of a .ts or .js file, relative to the folder of Pulumi.yaml. Its imports are bundled. */
    readonly entrypoint: string;
    /** Whether the platform refuses callers without a valid token of the project. Default true. */
    readonly verifyJwt?: boolean;
  }[];
  /** Origins whose pages may call the functions, `scheme://host[:port]`. The functions read them as ALLOWED_ORIGINS. */
  readonly allowedOrigins: pulumi.Input<pulumi.Input<string>[]>;
  /** Environment variables of the functions, by name. Always secret; no name may begin with `SUPABASE_`. */
  readonly secrets: Readonly<Record<string, pulumi.Input<string>>>;
}

/** The edge functions of a project and the secrets that they share. */
export class EdgeFunctions extends Component {
  /** Names of the secrets. */
  readonly secretNames: readonly string[];

  constructor(name: string, args: EdgeFunctionsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("EdgeFunctions", name, opts);
    const { projectRef } = args;
    const environment = {
      ALLOWED_ORIGINS: pulumi.output(args.allowedOrigins).apply((origins) => origins.join(",")),
      ...args.secrets,
    };
    this.secretNames = Object.keys(environment).sort();
    const secrets = new EdgeFunctionSecrets(
      this.childName("secrets"),
      {
        projectRef,
        // The provider compares them as a set, the engine as a list.
        secrets: Object.entries(environment)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([name, value]) => ({ name, value: pulumi.secret(value) })),
      },
      this.childOptions(),
    );
    for (const { slug, entrypoint, verifyJwt = true } of args.functions) {
      const file = bundleEntryPoint(slug, entrypoint);
      const deployed = new EdgeFunction(
        this.childName(slug),
        // Without a name, the bridge would generate one.
        { projectRef, slug, name: slug, entrypoint: file },
        this.childOptions({ dependsOn: [secrets] }),
      );
      // The provider neither sends this flag nor detects a deployment outside of the stack.
      new EdgeFunctionDeployment(
        this.childName(`${slug}-deployment`),
        { projectRef, slug, file, sha256: sha256Of(file), verifyJwt },
        this.childOptions({ dependsOn: [deployed], deletedWith: deployed }),
      );
    }
    this.registerOutputs({ slugs: args.functions.map(({ slug }) => slug) });
  }
}

function sha256Of(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}
