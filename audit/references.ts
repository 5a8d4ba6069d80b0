import { isJsonObject, type JsonObject, type JsonValue } from "../foundation/json";
import type { StackResource } from "./resource";

/** Outputs by which other resources refer to a resource. The id is one of the others for some. */
const identifyingOutputs = ["arn", "url", "id", "arnWithoutRevision"] as const;

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
 * Finds the resource that a value identifies: a state holds values, and scanners follow references. The order of the resources does not
 * matter: that of a state differs from deployment to deployment.
 */
export class References {
  readonly #byValue = new Map<string, Reference>();
  /** What a resource refers to by its inputs: the program passed them on, so they never lead back to it. */
  readonly #byInputs = new Map<StackResource, Set<StackResource>>();
  /** The same, and what it refers to in documents, with ARNs that the program may have built from names. */
  readonly #all = new Map<StackResource, Set<StackResource>>();

  constructor(readonly resources: readonly StackResource[]) {
    for (const resource of resources) {
      const given = new Set(Object.values(resource.inputs));
      for (const output of identifyingOutputs) {
        const value = resource.outputs[output];
        // What is an input too is a name, or identifies another resource.
        if (typeof value !== "string" || given.has(value) || this.#byValue.has(value)) continue;
        this.#byValue.set(value, { resource, output });
      }
    }
    for (const resource of resources) {
      const byInputs = new Set<StackResource>();
      const all = new Set<StackResource>();
      for (const [input, text] of textsIn(resource.inputs)) {
        const direct = this.find(resource, text, input);
        if (direct !== undefined) byInputs.add(direct.resource);
        for (const part of textsOfDocument(text)) {
          const found = this.#beginningOf(part)?.reference;
          if (found !== undefined) all.add(found.resource);
        }
      }
      this.#byInputs.set(resource, byInputs);
      this.#all.set(resource, new Set([...byInputs, ...all]));
    }
  }

  /** Returns what a resource refers to by a whole value of its inputs; with `input`, also by a value that is the name of something. */
  find(from: StackResource, value: JsonValue, input = ""): Reference | undefined {
    if (typeof value !== "string") return undefined;
    const reference = this.#byValue.get(value) ?? this.#named(input, value);
    return reference?.resource === from ? undefined : reference;
  }

  /**
   * Returns a value in which `render` replaces every text that identifies another resource, or that begins with the ARN of one and goes
   * on with `rest`. A text for which it returns undefined stays, and one in a document that would lead back to the resource.
   */
  replaceIn(from: StackResource, value: JsonValue, render: Render): JsonValue {
    if (Array.isArray(value)) return value.map((below) => this.replaceIn(from, below, render));
    if (isJsonObject(value)) {
      const entries = Object.entries(value).map(([key, below]) => [key, this.replaceIn(from, below, render)]);
      return Object.fromEntries(entries) as JsonObject;
    }
    if (typeof value !== "string") return value;
    const found = this.#beginningOf(value);
    if (found === undefined || !this.#mayReferTo(from, found.reference.resource)) return value;
    return render(found.reference, found.rest) ?? value;
  }

  /** Returns what a text identifies, as a whole or up to a colon or slash of an ARN. */
  #beginningOf(text: string): { readonly reference: Reference; readonly rest: string } | undefined {
    const ends = text.startsWith("arn:")
      ? [...text.matchAll(/[:/]/g)].map(({ index }) => index).reverse()
      : [];
    for (const end of [text.length, ...ends]) {
      const reference = this.#byValue.get(text.slice(0, end));
      if (reference !== undefined) return { reference, rest: text.slice(end) };
    }
    return undefined;
  }

  #named(input: string, value: string): Reference | undefined {
    const [type, output = ""] = inputsWithNames[input] ?? [];
    const resource = this.resources.find(
      (candidate) => candidate.type === type && candidate.outputs[output] === value,
    );
    return resource && { resource, output };
  }

  /** A template has no circles. */
  #mayReferTo(from: StackResource, target: StackResource): boolean {
    if (from === target) return false;
    return this.#byInputs.get(from)?.has(target) === true || !this.#leadsTo(target, from);
  }

  #leadsTo(from: StackResource, target: StackResource): boolean {
    const reached = new Set([from]);
    for (const resource of reached) {
      if (resource === target) return true;
      for (const next of this.#all.get(resource) ?? []) reached.add(next);
    }
    return false;
  }
}

/** Returns every text in a value, with the name of the property that it is in. */
function textsIn(value: JsonValue, property = ""): [property: string, text: string][] {
  if (typeof value === "string") return [[property, value]];
  if (Array.isArray(value)) return value.flatMap((below) => textsIn(below, property));
  return isJsonObject(value) ? Object.entries(value).flatMap(([key, below]) => textsIn(below, key)) : [];
}

/** Returns the texts in a document; a text that is none as it is. */
function textsOfDocument(text: string): string[] {
  if (!/^\s*[{[]/.test(text)) return [text];
  try {
    return textsIn(JSON.parse(text) as JsonValue).map(([, below]) => below);
  } catch {
    return [text];
  }
}
