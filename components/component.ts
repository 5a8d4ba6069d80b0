import * as pulumi from "@pulumi/pulumi";

/**
 * Returns the options of a resource inside another one: it is replaced with its container, and deleted with it, without
 * a separate call, which would fail.
 */
export function containedIn(
  container: pulumi.Resource,
): Required<Pick<pulumi.CustomResourceOptions, "deletedWith" | "replaceWith">> {
  return { deletedWith: container, replaceWith: [container] };
}

/**
 * Returns the options that import an existing resource. `ours` are settings that AWS does not store, so an import
 * cannot compare them.
 */
export function importOptions(id: string | undefined, ours: string[]): pulumi.CustomResourceOptions {
  return id === undefined ? {} : { import: id, ignoreChanges: ours };
}

/**
 * Returns the options of a bucket whose objects a key encrypts: it is deleted before the key. If S3 refuses to delete the
 * bucket because it has objects, the key must not be scheduled for deletion, because the objects would become unreadable.
 */
export function deletedBefore(key: pulumi.Resource | undefined): pulumi.CustomResourceOptions {
  return key === undefined ? {} : { dependsOn: key };
}

/** Returns a number as text, for an environment variable. */
export function textOf(value: pulumi.Input<number>): pulumi.Output<string> {
  return pulumi.output(value).apply(String);
}

/** How a component names its children, and the options that a group of them shares. */
export interface Children {
  readonly name: (suffix: string) => string;
  readonly options: pulumi.CustomResourceOptions;
}

/**
 * Base of all components of this stack: one type namespace, and children that are parented to it and named after it.
 */
export abstract class Component extends pulumi.ComponentResource {
  readonly #name: string;
  /** Only for the children: the engine passes `deletedWith` on to them, but not this option. */
  readonly #replaceWith: pulumi.Resource[];

  constructor(type: string, name: string, opts?: pulumi.ComponentResourceOptions) {
    const { replaceWith = [], ...others } = opts ?? {};
    super(`thorbis:components:${type}`, name, {}, others);
    this.#name = name;
    this.#replaceWith = replaceWith;
  }

  /** Returns the logical name of a child: the component's name, then the child's. */
  protected childName(suffix: string): string {
    return `${this.#name}-${suffix}`;
  }

  /** Returns the options of a child: owned by this component, with the given options. */
  protected childOptions(opts: pulumi.CustomResourceOptions = {}): pulumi.CustomResourceOptions {
    return { parent: this, ...(this.#replaceWith.length > 0 && { replaceWith: this.#replaceWith }), ...opts };
  }
}
