/** The menu of the signed-in user: name, role, sign-out. */
import { useActions, useUi } from "../hooks.ts";
import type { Me, WorkspaceSummary } from "@dagnet-realtime/client/api";
import { LazyPopover } from "@dagnet-realtime/react/kit/LazyPopover.tsx";
import { Button } from "@dagnet-realtime/react/kit/controls.tsx";
import { CircleUser, LogOut } from "lucide-react";

export function PersonMenu() {
  const actions = useActions();
  const me = useUi((ui) => ui.me);
  const workspaces = useUi((ui) => ui.workspaces);
  const person = describePerson(me, workspaces);
  if (person === null) return null;
  const { name, how, rights, out } = person;
  return (
    <LazyPopover title={name} align="end" trigger={<Button voice="quiet" icon={<CircleUser size={16} />} aria-label={`You: ${name}`} title={name} />}>
      <p>{how}</p>
      <ul className="person-rights">
        {rights.map(({ where, may }) => (
          <li key={where}>
            {where}
            <span className="menu-end">{may}</span>
          </li>
        ))}
      </ul>
      {out && (
        <Button
          icon={<LogOut size={14} />}
          onClick={() => {
            void actions.signOut().then((done) => {
              if (done) window.location.assign("/");
            });
          }}
        >
          Sign out
        </Button>
      )}
    </LazyPopover>
  );
}

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

export interface PersonText {
  readonly name: string;
  readonly how: string;
  readonly rights: readonly { readonly where: string; readonly may: string }[];
  /** Whether signing out is this server's to do. */
  readonly out: boolean;
}

/** The texts of the user menu; null if only this machine can watch, since it has only one user. */
export function describePerson(me: Me | null, workspaces: readonly WorkspaceSummary[]): PersonText | null {
  const how = me === null ? undefined : BY[me.access];
  if (me === null || how === undefined) return null;
  const name = me.person.startsWith(`${me.access}:`) ? me.person.slice(me.access.length + 1) : me.person;
  const rights = workspaces.map(({ id, env, role }) => ({ where: `${id} · ${env}`, may: MAY[role ?? ""] ?? "may watch" }));
  return { name: me.access === "token" ? `Token ${name}` : name, how, rights, out: me.access !== "proxy" };
}
