// Writes docs/controls.md from the rules and waivers; a test says when it is stale.
import { writeFileSync } from "node:fs";
import path from "node:path";
import { controlsPage, renderControlsPage } from "./controlsPage";

writeFileSync(path.join(__dirname, "..", controlsPage), renderControlsPage());
