import * as pulumi from "@pulumi/pulumi";

/** Base of all components of this stack: one type namespace, children that are parented and named after it. */
export abstract class Component extends pulumi.ComponentResource {
  readonly #name: string;

  constructor(type: string, name: string, opts?: pulumi.ComponentResourceOptions) {
    super(`thorbis:components:${type}`, name, {}, opts);
    this.#name = name;
  }

  /** The logical name of a child: the component's own, then what the child is. */
  protected childName(suffix: string): string {
    return `${this.#name}-${suffix}`;
  }

  /** Options of a child: owned by this component, everything else as asked for. */
  protected childOptions(opts: pulumi.CustomResourceOptions = {}): pulumi.CustomResourceOptions {
    return { parent: this, ...opts };
  }
}
