// Generates a new password for a login role of a stack. The next up sets it in the role, the secret and the task.
//   npm run rotate -- prod backup
import { Command } from "commander";
import { secretKey } from "../../config/keys";
import { UserError } from "../../foundation/userError";
import { run } from "../commandLine";
import { pulumiOutput } from "../pulumiCommand";
import { randomPassword } from "./password";

/** The login roles whose password is a secret of the stack. */
const roles = ["backup", "monitoring", "preview"] as const;

async function rotate(stack: string, role: string): Promise<void> {
  if (!(roles as readonly string[]).includes(role))
    throw new UserError(`There is no login role ${role}: name one of ${roles.join(", ")}.`);
  const key = secretKey(["database", "roles", role, "password"]);
  // The password is passed on standard input, so it does not appear in process lists.
  await pulumiOutput(["config", "set", "--stack", stack, "--secret", key], {
    script: "rotate",
    input: randomPassword(),
  });
  process.stdout.write(
    `Pulumi.${stack}.yaml has a new password for the role ${role}. Deploy it: one up changes the role, the secret and the task.\n`,
  );
}

run(
  new Command("rotate")
    .description("Generates a new random password for a login role of a stack.")
    .argument("<stack>", "the stack")
    .argument("<role>", `one of ${roles.join(", ")}`)
    .action(rotate),
);
