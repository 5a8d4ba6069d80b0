// Vitest loads this before each test file. A process runs many files, so each file must leave it as it was.
import { afterAll, expect } from "vitest";

const variables = { ...process.env };
const folder = process.cwd();

// Hooks of this kind run in reverse order, so this one runs after those of the file.
afterAll(() => {
  const names = new Set([...Object.keys(variables), ...Object.keys(process.env)]);
  const changed = [...names].filter((name) => process.env[name] !== variables[name]);
  expect(changed, "environment variables that the file left changed").toEqual([]);
  expect(process.cwd()).toBe(folder);
});
