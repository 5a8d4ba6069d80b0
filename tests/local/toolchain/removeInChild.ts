// A separate process that deletes a folder, so that it can run as a user without root's privileges.
import { rmSync } from "node:fs";
import { removeTree } from "../../../local/toolchain/removeTree";

const [, , way, folder = ""] = process.argv;
if (way === "removeTree") removeTree(folder);
else rmSync(folder, { recursive: true });
