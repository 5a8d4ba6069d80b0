// Writes docs/cost.md from the prices, the components and the committed stack files; a test says when it is stale.
import { writeFileSync } from "node:fs";
import path from "node:path";
import { Command } from "commander";
import { runCommandLine } from "../foundation/commandLine";
import { costPage, renderCostPage } from "./page";

const program = new Command("npm run cost:generate --")
  .description(`write ${costPage} from the prices and the stack files`)
  .action(() => writeFileSync(path.join(__dirname, "..", costPage), renderCostPage()));

void runCommandLine(program);
