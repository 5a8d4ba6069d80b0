import { expect, it } from "vitest";
import { postgresqlConf } from "../../../emulators/postgres/configuration";

it("listens on loopback only, on no socket file", () => {
  const lines = postgresqlConf({ port: 54321, durable: true }).split("\n");
  expect(lines).toContain("listen_addresses = '127.0.0.1'");
  expect(lines).toContain("unix_socket_directories = ''");
  expect(lines).toContain("port = 54321");
  expect(lines).toContain("fsync = on");
});

it("loads the hook by a path with blanks, commas and quotes as one name", () => {
  const conf = postgresqlConf({
    port: 1,
    durable: false,
    hostedRights: `/a b/c,d/it's "x"/hosted_rights.so`,
  });
  expect(conf).toContain(
    `shared_preload_libraries = 'pg_stat_statements, pg_cron, "/a b/c,d/it''s ""x""/hosted_rights.so"'\n`,
  );
  expect(conf).toContain("fsync = off\n");
});
