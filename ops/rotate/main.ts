// Gives a login role of a stack a new password, which the next up puts everywhere that has it.
//   npm run rotate -- prod backup
import { Command } from "commander";
import { execa } from "execa";
import { secretKey } from "../../config/keys";
import { describeError, UserError } from "../../foundation/userError";
import { randomPassword } from "./password";

/** The login roles whose password is a secret of the stack. */
const roles = ["backup", "monitoring", "preview"] as const;

async function rotate(stack: string, role: string): Promise<void> {
  if (!(roles as readonly string[]).includes(role))
    throw new UserError(`There is no login role ${role}: name one of ${roles.join(", ")}.`);
  const key = secretKey(["database", "roles", role, "password"]);
  // The password goes in by standard input, so that no process list shows it.
  const result = await execa(
    "pulumi",
    ["config", "set", "--stack", stack, "--secret", key, "--non-interactive"],
    {
      input: randomPassword(),
      reject: false,
    },
  );
  if (result.code === "ENOENT")
    throw new UserError("There is no `pulumi` on PATH: run this as `npm run rotate`, which finds one.");
  if (result.failed) {
    const [reason] = result.stderr.split("\n").filter((line) => line.startsWith("error:"));
    throw new UserError(
      `\`pulumi config set\` failed, ${reason ?? "without a message"}; log in to the stack's backend and check that it has stack ${stack}.`,
    );
  }
  process.stdout.write(
    `Pulumi.${stack}.yaml has a new password for the role ${role}. Deploy it: role, secret and task change in one up.\n`,
  );
}

new Command("rotate")
  .description("Gives a login role of a stack a new random password.")
  .argument("<stack>", "the stack")
  .argument("<role>", `one of ${roles.join(", ")}`)
  .action(rotate)
  .parseAsync()
  .catch((error: unknown) => {
    console.error(describeError(error));
    process.exitCode = error instanceof UserError ? error.exitCode : 1;
  });
