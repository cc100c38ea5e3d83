/** Who I am, what I may, and the way out. */
import { CircleUser, LogOut } from "lucide-react";
import { Button } from "../kit/Button.tsx";
import { Pop } from "../kit/Pop.tsx";
import { useActions, useShell } from "../use.ts";
import { described } from "./person.ts";

export function PersonMenu() {
  const actions = useActions();
  const me = useShell((shell) => shell.me);
  const workspaces = useShell((shell) => shell.workspaces);
  const person = described(me, workspaces);
  if (person === null) return null;
  const { name, how, rights, out } = person;
  return (
    <Pop title={name} align="end" trigger={<Button voice="quiet" icon={<CircleUser size={16} />} aria-label={`You: ${name}`} title={name} />}>
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
    </Pop>
  );
}
