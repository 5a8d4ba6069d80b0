import type { Aws } from "../../../../fakes/aws/client";
import type { PropertyMap, Value } from "../../../../plugins/provider-host/values";
import { Archive, Asset } from "../../../../plugins/provider-host/values";

/** The resources of earlier cases, by the last part of their tokens. */
export type World = ReadonlyMap<string, { readonly id: string; readonly outputs: PropertyMap }>;

/** One resource type of the stand-in: how it is declared, and a manual change that a refresh must find. */
export interface Case {
  readonly token: string;
  inputs(world: World): PropertyMap;
  /** Makes a change outside of the stack, as in the console. */
  changeManually(aws: Aws, id: string, outputs: PropertyMap): Promise<unknown>;
  /** The properties that a refresh then reports; "gone" if the resource no longer exists. */
  readonly found: Readonly<Record<string, string>> | "gone";
}

export const account = "123456789012";
export const names = { bucket: "specimen-bucket", family: "specimen-task" } as const;

/** Returns an output of an earlier case. */
export function output(world: World, kind: string, property: string): Value {
  const value = world.get(kind)?.outputs[property];
  if (value === undefined) throw new Error(`${kind} was not created, or has no ${property}`);
  return value;
}

export function text(value: Value | undefined): string {
  if (typeof value !== "string") throw new Error("not a string");
  return value;
}

/** Returns a resource policy with one statement. */
export function policyFor(action: string, resource: Value): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Sid: "One", Effect: "Deny", Principal: "*", Action: [action], Resource: resource }],
  });
}

/** Returns the code of a function: one file. The engine computes the hash; here it is a name for the text. */
export function archiveOf(text: string, hash: string): Archive {
  return new Archive({ hash, assets: { "index.js": new Asset({ hash, text }) } });
}
