import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { UserError } from "../../../../foundation/userError";
import type { Provider } from "../../../../plugins/provider-host/provider";
import { serve } from "../../../../plugins/provider-host/serve";
import type { PropertyMap } from "../../../../plugins/provider-host/values";

/** Returns the text of a file; undefined if there is no file. */
function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** Writes the note, except in a preview. The outputs are the inputs. */
function write(inputs: PropertyMap, preview: boolean): { outputs: PropertyMap } {
  if (!preview) writeFileSync(String(inputs.path), String(inputs.text));
  return { outputs: inputs };
}

/** A provider with one resource, `note:index:Note`: a file with a text. The file's path is its ID. */
const provider: Provider = {
  name: "note",
  version: "1.0.0",
  async check({ inputs }) {
    const failures = [];
    if (inputs.text === "") failures.push({ property: "text", reason: "must not be empty" });
    return { inputs, failures };
  },
  async diff({ id, oldOutputs, inputs }) {
    if (inputs.path !== id) return { changes: true, replaces: ["path"] };
    return { changes: inputs.text !== oldOutputs.text };
  },
  async create({ inputs, preview }) {
    const id = String(inputs.path);
    if (textOf(id) !== undefined) throw new UserError(`${id} exists already: choose another path.`);
    return { id, ...write(inputs, preview) };
  },
  async read({ id, inputs }) {
    const text = textOf(id);
    return text === undefined ? undefined : { id, inputs, outputs: { path: id, text } };
  },
  update: async ({ inputs, preview }) => write(inputs, preview),
  delete: async ({ id }) => rmSync(id, { force: true }),
};

void serve(provider);
