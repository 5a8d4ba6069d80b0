import { Provider } from "@pulumi/postgresql/provider";
import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import { registeredResources } from "../../../audit/registeredResources";
import { DatabaseRoles } from "../../../components/databaseRoles/databaseRoles";
import { scramVerifier } from "../../../foundation/scramVerifier";

const login = (password: string) => ({ password: pulumi.secret(password), connectionLimit: 4 });

async function registerRoles() {
  const resources = await registeredResources(() => {
    const provider = new Provider("postgresql", { host: "127.0.0.1" });
    new DatabaseRoles("database-roles", {
      provider,
      logins: { monitoring: login("m"), backup: login("b"), preview: login("p") },
    });
  });
  return resources.filter(({ type }) => type.startsWith("postgresql:index/"));
}

test("declares the four roles and the deployer's membership, each named after the component", async () => {
  const resources = await registerRoles();

  expect(resources.map(({ type, name }) => `${name} ${type}`).sort()).toEqual([
    "database-roles-app-owner postgresql:index/role:Role",
    "database-roles-app-owner-to-deployer postgresql:index/grantRole:GrantRole",
    "database-roles-backup postgresql:index/role:Role",
    "database-roles-monitoring postgresql:index/role:Role",
    "database-roles-preview postgresql:index/role:Role",
  ]);
});

test("the owner of the tables can neither log in nor bypass row-level security", async () => {
  const owner = (await registerRoles()).find(({ inputs }) => inputs.name === "app_owner");

  expect(owner?.inputs).toMatchObject({ login: false, bypassRowLevelSecurity: false, roles: [] });
  expect(owner?.inputs.password).toBeUndefined();
});

test("only backup bypasses row-level security, and no role may create roles or databases", async () => {
  const roles = (await registerRoles()).filter(({ type }) => type === "postgresql:index/role:Role");

  expect(
    roles.filter(({ inputs }) => inputs.bypassRowLevelSecurity === true).map(({ inputs }) => inputs.name),
  ).toEqual(["backup"]);
  expect(
    roles.filter(({ inputs }) => inputs.createRole || inputs.createDatabase || inputs.superuser),
  ).toEqual([]);
});

test("the engine and the server receive a verifier instead of each password", async () => {
  const roles = (await registerRoles()).filter(({ inputs }) => inputs.login === true);

  expect(Object.fromEntries(roles.map(({ inputs }) => [inputs.name, inputs.password]))).toMatchObject({
    monitoring: { value: scramVerifier("m", "monitoring") },
    backup: { value: scramVerifier("b", "backup") },
    preview: { value: scramVerifier("p", "preview") },
  });
});
