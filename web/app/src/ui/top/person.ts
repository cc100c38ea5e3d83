/** Who is signed in, in the words of the menu. */
import type { Me, WorkspaceSummary } from "../../lanes/api.ts";

const MAY: Readonly<Record<string, string>> = {
  watch: "may watch",
  follow: "may follow traces",
  identities: "may see identities",
  administer: "may administer",
};

const BY: Readonly<Record<string, string>> = {
  token: "Signed in with an access token.",
  oidc: "Signed in by your identity provider, where you stay signed in.",
  proxy: "Signed in by the proxy before this server. Sign out there.",
};

export interface Described {
  readonly name: string;
  readonly how: string;
  readonly rights: readonly { readonly where: string; readonly may: string }[];
  /** Whether signing out is this server's to do. */
  readonly out: boolean;
}

/** Nobody is described where only this machine can watch: there is nothing to tell apart. */
export function described(me: Me | null, workspaces: readonly WorkspaceSummary[]): Described | null {
  const how = me === null ? undefined : BY[me.access];
  if (me === null || how === undefined) return null;
  const name = me.person.startsWith(`${me.access}:`) ? me.person.slice(me.access.length + 1) : me.person;
  const rights = workspaces.map(({ id, env, role }) => ({ where: `${id} · ${env}`, may: MAY[role ?? ""] ?? "may watch" }));
  return { name: me.access === "token" ? `Token ${name}` : name, how, rights, out: me.access !== "proxy" };
}
