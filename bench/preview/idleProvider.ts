import { serve } from "../../plugins/provider-host/serve";

// A provider of resources that do nothing, to measure the fixed cost of a preview.
void serve({
  name: process.env.IDLE_PROVIDER ?? "idle",
  version: "1.0.0",
  check: async ({ inputs }) => ({ inputs }),
  diff: async () => ({ changes: false }),
  create: async ({ name, inputs }) => ({ id: name, outputs: inputs }),
  read: async ({ id, inputs, outputs }) => ({ id, inputs, outputs }),
  update: async ({ inputs }) => ({ outputs: inputs }),
  delete: async () => undefined,
});
