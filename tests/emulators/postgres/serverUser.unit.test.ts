import { describe, expect, it } from "vitest";
import { asServerUser, serverUserFor, type UserSystem } from "../../../emulators/postgres/serverUser";

const postgres = { uid: 107, gid: 114 };

/** Returns a machine whose user postgres (if it exists) can enter the folder in the given ways. */
function machine(how: {
  root: boolean;
  user?: boolean;
  plainly?: boolean;
  byCapability?: boolean;
}): UserSystem {
  return {
    effectiveUid: how.root ? 0 : 1000,
    run([file, option], as) {
      if (file === "id") {
        const output = option === "-u" ? postgres.uid : postgres.gid;
        return how.user === false ? { code: 1, output: "" } : { code: 0, output: String(output) };
      }
      const mayEnter = file === "setpriv" ? how.byCapability : as !== undefined && how.plainly;
      return { code: mayEnter === true ? 0 : 1, output: "" };
    },
  };
}

describe("the user of the server", () => {
  it("is the current user, unless that is root", () => {
    const user = serverUserFor("/home/me/checkout", machine({ root: false }));
    expect(user).toEqual({ prefix: [] });
    expect(asServerUser(user, "postgres", ["-D", "x"])).toEqual({
      command: ["postgres", "-D", "x"],
      ids: {},
    });
  });

  it("is postgres if the current user is root", () => {
    const user = serverUserFor("/srv/checkout", machine({ root: true, plainly: true }));
    expect(user).toEqual({ owner: postgres, prefix: [] });
    expect(asServerUser(user, "postgres", [])).toEqual({ command: ["postgres"], ids: postgres });
  });

  it("is postgres with the capability to enter folders, if only root may enter a parent folder of the checkout", () => {
    const user = serverUserFor("/closed/checkout", machine({ root: true, byCapability: true }));
    expect(user.owner).toEqual(postgres);
    expect(asServerUser(user, "postgres", ["-D", "x"])).toEqual({
      command: [
        ...["setpriv", "--reuid=107", "--regid=114", "--clear-groups"],
        ...["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search", "--", "postgres", "-D", "x"],
      ],
      ids: {},
    });
  });

  it("is refused with a sentence on what to do, if neither works", () => {
    expect(() => serverUserFor("/closed/checkout", machine({ root: true }))).toThrow(
      "PostgreSQL runs as the user postgres, which cannot enter /closed/checkout: let it enter the folders above (`chmod o+x /closed` and up), or use a checkout elsewhere, or run this as a user other than root.",
    );
  });

  it("is refused with a sentence on what to do, if there is no user postgres", () => {
    expect(() => serverUserFor("/srv", machine({ root: true, user: false }))).toThrow(
      "PostgreSQL does not run as root and this machine has no user named postgres: create one (`useradd --system postgres`) or run this as a user other than root.",
    );
  });
});
