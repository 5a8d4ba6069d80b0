import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { expect, test } from "vitest";
import { speakPlainly } from "../../foundation/commandLine";
import { UserError } from "../../foundation/userError";

const wholeNumber = (text: string): number => {
  if (/^\d+$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It must be a whole number.");
};

function program(): Command {
  const shop = new Command("shop")
    .version("1.2.3")
    .configureOutput({ writeOut: () => undefined, writeErr: () => undefined });
  shop
    .command("sell")
    .argument("<article>", "what")
    .argument("[buyer]", "to whom")
    .option("--price <euros>", "for how much", wholeNumber)
    .addOption(new Option("--format <format>").choices(["text", "json"]))
    .action(() => undefined);
  shop
    .command("report")
    .requiredOption("--out <folder>", "where to")
    .action(() => undefined);
  shop.command("close").action(() => undefined);
  return shop;
}

async function issue(command: Command, ...args: string[]): Promise<Error> {
  return await command.parseAsync(args, { from: "user" }).then(
    () => expect.unreachable(`shop ${args.join(" ")} is taken`),
    (error: Error) => error,
  );
}

test.each<[args: string, sentence: string]>([
  ["sell", "`npm run sell` needs <article>: type `npm run sell -- [options] <article> [buyer]`."],
  ["report", "`npm run report` needs --out <folder>: type `npm run report -- --out <folder> [options]`."],
  [
    "report --out",
    "`npm run report` needs a value for --out <folder>: type `npm run report -- --out <folder> [options]`.",
  ],
  ["sell it --pricee 3", "`npm run sell` has no option --pricee: did you mean --price?"],
  [
    "sell it --nosuch",
    "`npm run sell` has no option --nosuch: type `npm run sell -- [options] <article> [buyer]`.",
  ],
  [
    "sell it --price cheap",
    "`npm run sell` does not take cheap for --price <euros>: it must be a whole number.",
  ],
  [
    "sell it --format xml",
    "`npm run sell` does not take xml for --format <format>: allowed choices are text, json.",
  ],
  ["close now", "`npm run close` takes no arguments and was given 1: type `npm run close -- [options]`."],
  [
    "sell it him today",
    "`npm run sell` takes 2 arguments and was given 3: type `npm run sell -- [options] <article> [buyer]`.",
  ],
  ["sel", "`npm run shop` has no command sel: did you mean sell?"],
])("shop %s: one sentence for the user", async (args, sentence) => {
  const shop = program();
  speakPlainly(shop, (command) => `npm run ${command.name()} --`);

  const error = await issue(shop, ...args.split(" "));

  expect(error).toBeInstanceOf(UserError);
  expect(error).toMatchObject({ message: sentence, exitCode: 1 });
});

test.each([["--help"], ["--version"], ["sell", "--help"]])(
  "shop %s %s is not an error of the user",
  async (...args) => {
    const shop = program();
    speakPlainly(shop, (command) => command.name());

    const end = await issue(shop, ...args);

    expect(end).toBeInstanceOf(CommanderError);
    expect(end).toMatchObject({ exitCode: 0 });
  },
);

test("the help shows how the command is called", () => {
  const shop = program();
  speakPlainly(shop, (command) => `npm run ${command.name()} --`);

  const help = shop.commands.map((command) => command.helpInformation().split("\n")[0]);

  expect(help).toEqual([
    "Usage: npm run sell -- [options] <article> [buyer]",
    "Usage: npm run report -- --out <folder> [options]",
    "Usage: npm run close -- [options]",
  ]);
});
