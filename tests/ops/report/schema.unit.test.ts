import path from "node:path";
import { expect, test } from "vitest";
import * as z from "zod";
import { reportSchema } from "../../../ops/report/model";

// `vitest -u` regenerates the file.
test("docs/report.schema.json is the schema of the reports", async () => {
  const schema = `${JSON.stringify(z.toJSONSchema(reportSchema), null, 2)}\n`;

  await expect(schema).toMatchFileSnapshot(
    path.resolve(import.meta.dirname, "../../../docs/report.schema.json"),
  );
});
