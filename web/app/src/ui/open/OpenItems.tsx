/** What the graph's menu offers where there is no server: another folder, files, the sample, and an end. */
import { Check, FileJson2, FolderOpen, Store, X } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { useRealtime, useShell } from "../use.ts";
import { READABLE } from "./KeepBox.tsx";
import { pickFiles, pickFolder } from "./picking.ts";

export function OpenItems() {
  const { opening } = useRealtime();
  const some = useShell((shell) => shell.workspaces.length > 0);
  const keeping = useShell((shell) => shell.keeping);
  if (!opening) return null;
  return (
    <DropdownMenu.Group>
      <DropdownMenu.Label className="menu-label">Graphs</DropdownMenu.Label>
      <DropdownMenu.Item className="menu-item" onSelect={() => void pickFolder(opening)}>
        <FolderOpen size={14} aria-hidden="true" /> Open a folder…
      </DropdownMenu.Item>
      <DropdownMenu.Item
        className="menu-item"
        onSelect={() => {
          pickFiles(opening);
        }}
      >
        <FileJson2 size={14} aria-hidden="true" /> {some ? "Add files…" : "Open files…"}
      </DropdownMenu.Item>
      <DropdownMenu.Item className="menu-item" onSelect={() => void opening.sample()}>
        <Store size={14} aria-hidden="true" /> Open the sample
      </DropdownMenu.Item>
      {keeping !== null && (
        <DropdownMenu.CheckboxItem className="menu-item" checked={keeping} onCheckedChange={(wanted) => void opening.keep(wanted)}>
          {keeping ? <Check size={14} aria-hidden="true" /> : <span className="menu-blank" />}
          <span>
            Keep it in this browser
            <br />
            <span className="quiet">{READABLE}</span>
          </span>
        </DropdownMenu.CheckboxItem>
      )}
      {some && (
        <DropdownMenu.Item className="menu-item" onSelect={() => void opening.close()}>
          <X size={14} aria-hidden="true" /> Close, and forget it here
        </DropdownMenu.Item>
      )}
      <DropdownMenu.Separator className="menu-line" />
    </DropdownMenu.Group>
  );
}
