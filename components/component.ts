import * as pulumi from "@pulumi/pulumi";

/**
 * Options of what lives inside another resource: replaced when the container is replaced, and deleted with it, without a call of its own
 * that could not succeed any more.
 */
export function containedIn(
  container: pulumi.Resource,
): Required<Pick<pulumi.CustomResourceOptions, "deletedWith" | "replaceWith">> {
  return { deletedWith: container, replaceWith: [container] };
}

/** Options that import what exists. `ours` are the settings that AWS does not keep, and an import cannot compare. */
export function takenBack(id: string | undefined, ours: string[]): pulumi.CustomResourceOptions {
  return id === undefined ? {} : { import: id, ignoreChanges: ours };
}

/** How a component names its children, and the options that a group of them shares. */
export interface Children {
  readonly name: (suffix: string) => string;
  readonly options: pulumi.CustomResourceOptions;
}

/** Base of all components of this stack: one type namespace, children that are parented and named after it. */
export abstract class Component extends pulumi.ComponentResource {
  readonly #name: string;
  /** Of the children alone: the engine hands `deletedWith` down to them by itself, and this not. */
  readonly #replaceWith: pulumi.Resource[];

  constructor(type: string, name: string, opts?: pulumi.ComponentResourceOptions) {
    const { replaceWith = [], ...others } = opts ?? {};
    super(`thorbis:components:${type}`, name, {}, others);
    this.#name = name;
    this.#replaceWith = replaceWith;
  }

  /** The logical name of a child: the component's own, then what the child is. */
  protected childName(suffix: string): string {
    return `${this.#name}-${suffix}`;
  }

  /** Options of a child: owned by this component, everything else as asked for. */
  protected childOptions(opts: pulumi.CustomResourceOptions = {}): pulumi.CustomResourceOptions {
    return { parent: this, ...(this.#replaceWith.length > 0 && { replaceWith: this.#replaceWith }), ...opts };
  }
}
