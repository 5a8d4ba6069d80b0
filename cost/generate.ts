// Writes docs/cost.md from the prices, the components and the committed stack files; a test says when it is stale.
import { writeFileSync } from "node:fs";
import path from "node:path";
import { costPage, renderCostPage } from "./page";

writeFileSync(path.join(__dirname, "..", costPage), renderCostPage());
