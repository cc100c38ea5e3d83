import { describe, expect, it } from "vitest";
import { describePerson } from "../../src/ui/PersonMenu.tsx";

const me = (access: string, person: string) => ({ person, access, can: [], demo: false, version: "1" });
const workspace = (env: string, role: string | null) => ({ id: "shop", env, graphs: [], errors: [], sources: [], role });

describe("who is signed in", () => {
  it("PIC-70: is named, with how and with what they may do where", () => {
    const told = describePerson(me("oidc", "oidc:ann@example.com"), [workspace("prod", "follow"), workspace("test", "administer")]);
    expect(told).toMatchObject({ name: "ann@example.com", out: true });
    expect(told?.rights).toEqual([
      { where: "shop · prod", may: "may follow traces" },
      { where: "shop · test", may: "may administer" },
    ]);
    expect(describePerson(me("token", "token:3f2a"), [])?.name).toBe("Token 3f2a");
  });

  it("PIC-70: signs out if the server signed them in; a proxy's people sign out there", () => {
    expect(describePerson(me("token", "token:3f2a"), [])?.out).toBe(true);
    expect(describePerson(me("proxy", "proxy:ann"), [])).toMatchObject({ name: "ann", out: false });
  });

  it("PIC-70: has no entry on one's own machine, or without a server", () => {
    expect(describePerson(me("local", "local"), [])).toBeNull();
    expect(describePerson(null, [])).toBeNull();
  });
});
