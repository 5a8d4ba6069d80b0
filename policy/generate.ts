// Writes docs/controls.md from the rules and waivers. A test fails if the page is out of date.
import { writeFileSync } from "node:fs";
import path from "node:path";
import { Command } from "commander";
import { runCommandLine } from "../foundation/commandLine";
import { controlsPage, renderControlsPage } from "./controlsPage";

const program = new Command("npm run controls:generate --")
  .description(`write ${controlsPage} from the rules and waivers`)
  .action(() => writeFileSync(path.join(__dirname, "..", controlsPage), renderControlsPage()));

void runCommandLine(program);
