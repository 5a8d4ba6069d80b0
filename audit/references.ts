import { isJsonObject, type JsonObject, type JsonValue } from "../foundation/json";
import type { StackResource } from "./resource";

/** Outputs by which other resources refer to a resource. For some types, the id equals one of the others. */
const identifyingOutputs = ["arn", "url", "id", "arnWithoutRevision"] as const;

/** Input → the type whose name it contains, and the output with that name, which the provider may have generated. */
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

/** Returns the expression for a reference; undefined if there is none. */
export type Render = (reference: Reference, rest: string) => JsonValue | undefined;

/**
 * Finds the resource that a value identifies, because a state contains values, whereas scanners follow references. The order of
 * the resources does not matter, because it differs between deployments.
 */
export class References {
  readonly #byValue = new Map<string, Reference>();
  /** Resources that a resource refers to in its inputs. The program passed these values on, so they cannot form a cycle. */
  readonly #byInputs = new Map<StackResource, Set<StackResource>>();
  /** The same, plus the resources that it refers to in documents, whose ARNs the program may have built from names. */
  readonly #all = new Map<StackResource, Set<StackResource>>();

  constructor(readonly resources: readonly StackResource[]) {
    for (const resource of resources) {
      const given = new Set(Object.values(resource.inputs));
      for (const output of identifyingOutputs) {
        const value = resource.outputs[output];
        // An output that equals an input is a name, or identifies another resource.
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

  /** Returns the resource to which a whole input value refers. With `input`, the value may also be the name of a resource. */
  find(from: StackResource, value: JsonValue, input = ""): Reference | undefined {
    if (typeof value !== "string") return undefined;
    const reference = this.#byValue.get(value) ?? this.#named(input, value);
    return reference?.resource === from ? undefined : reference;
  }

  /**
   * Returns a value in which `render` replaces every string that identifies another resource, or that is the ARN of one
   * followed by `rest`. A string is kept if `render` returns undefined, or if the reference would form a cycle.
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

  /** Returns the resource that a string identifies: the whole string, or an ARN up to a colon or slash. */
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

  /** Returns whether a reference is allowed, because a template must not have cycles. */
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

/** Returns every string in a value, with the name of its property. */
function textsIn(value: JsonValue, property = ""): [property: string, text: string][] {
  if (typeof value === "string") return [[property, value]];
  if (Array.isArray(value)) return value.flatMap((below) => textsIn(below, property));
  return isJsonObject(value) ? Object.entries(value).flatMap(([key, below]) => textsIn(below, key)) : [];
}

/** Returns the strings in a JSON document; any other text unchanged. */
function textsOfDocument(text: string): string[] {
  if (!/^\s*[{[]/.test(text)) return [text];
  try {
    return textsIn(JSON.parse(text) as JsonValue).map(([, below]) => below);
  } catch {
    return [text];
  }
}
