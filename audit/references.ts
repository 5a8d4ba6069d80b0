import { isJsonObject, type JsonObject, type JsonValue } from "../foundation/json";
import type { StackResource } from "./resource";

/** Outputs by which other resources refer to a resource. */
const identifyingOutputs = ["arn", "id", "url", "arnWithoutRevision"] as const;

/** Input → the type whose name it holds, and the output with that name, which the provider may have made up. */
const inputsWithNames: Readonly<Record<string, readonly [type: string, name: string]>> = {
  bucket: ["aws:s3/bucket:Bucket", "bucket"],
  targetBucket: ["aws:s3/bucket:Bucket", "bucket"],
  role: ["aws:iam/role:Role", "name"],
  logGroupName: ["aws:cloudwatch/logGroup:LogGroup", "name"],
  rule: ["aws:cloudwatch/eventRule:EventRule", "name"],
  repository: ["aws:ecr/repository:Repository", "name"],
};

/** A resource that a value identifies, and its output with that value. */
export interface Reference {
  readonly resource: StackResource;
  readonly output: string;
}

/** Returns what stands for a reference; undefined if nothing can. */
export type Render = (reference: Reference, rest: string) => JsonValue | undefined;

/**
 * Finds the resource that a value identifies: a state holds values, and scanners follow references. Resources are in the order of a
 * state, and refer to earlier ones only.
 */
export class References {
  readonly #byValue = new Map<string, Reference>();
  readonly #positions: ReadonlyMap<StackResource, number>;

  constructor(readonly resources: readonly StackResource[]) {
    this.#positions = new Map(resources.map((resource, position) => [resource, position]));
    for (const resource of resources) {
      const given = new Set(Object.values(resource.inputs));
      for (const output of identifyingOutputs) {
        const value = resource.outputs[output];
        // What is an input too is a name, or identifies another resource.
        if (typeof value !== "string" || given.has(value) || this.#byValue.has(value)) continue;
        this.#byValue.set(value, { resource, output });
      }
    }
  }

  /** Returns what a resource refers to by a value; with `input`, also by a value that is the name of something. */
  find(from: StackResource, value: JsonValue, input = ""): Reference | undefined {
    if (typeof value !== "string") return undefined;
    const reference = this.#byValue.get(value) ?? this.#named(input, value);
    return reference !== undefined && this.#isBefore(reference.resource, from) ? reference : undefined;
  }

  /**
   * Returns a value in which `render` replaces every text that identifies another resource, or that begins with the ARN of one and goes
   * on with `rest`. A text for which it returns undefined stays.
   */
  replaceIn(from: StackResource, value: JsonValue, render: Render): JsonValue {
    if (Array.isArray(value)) return value.map((below) => this.replaceIn(from, below, render));
    if (isJsonObject(value)) {
      const entries = Object.entries(value).map(([key, below]) => [key, this.replaceIn(from, below, render)]);
      return Object.fromEntries(entries) as JsonObject;
    }
    if (typeof value !== "string") return value;
    const reference = this.find(from, value);
    if (reference !== undefined) return render(reference, "") ?? value;
    for (const { index } of value.startsWith("arn:") ? [...value.matchAll(/[:/]/g)].reverse() : []) {
      const beginning = this.find(from, value.slice(0, index));
      if (beginning !== undefined) return render(beginning, value.slice(index)) ?? value;
    }
    return value;
  }

  #named(input: string, value: string): Reference | undefined {
    const [type, output = ""] = inputsWithNames[input] ?? [];
    const resource = this.resources.find(
      (candidate) => candidate.type === type && candidate.outputs[output] === value,
    );
    return resource && { resource, output };
  }

  #isBefore(one: StackResource, other: StackResource): boolean {
    return (this.#positions.get(one) ?? 0) < (this.#positions.get(other) ?? 0);
  }
}
