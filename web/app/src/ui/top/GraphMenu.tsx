/** The name of the graph, and the way to another one. */
import { Check, ChevronDown, Download, FolderOpen, TriangleAlert } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { useRef } from "react";
import { same } from "../../store/places.ts";
import { useEngine, useRealtime, useShell } from "../use.ts";
import { OpenItems } from "../open/OpenItems.tsx";
import { openLogFile, saveLog } from "./logs.ts";

export function GraphMenu() {
  const realtime = useRealtime();
  const { actions } = realtime;
  const workspaces = useShell((shell) => shell.workspaces);
  const place = useShell((shell) => shell.place);
  const graph = useShell((shell) => shell.graph);
  const title = graph ? graph.title || graph.name : (place?.graph ?? "No graph");
  const file = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={file}
        type="file"
        hidden
        accept=".ndjson,.jsonl,application/x-ndjson"
        aria-label="Session log"
        onChange={(event) => {
          const [chosen] = event.target.files ?? [];
          event.target.value = "";
          if (chosen) void openLogFile(realtime, chosen);
        }}
      />
      <h1 className="out-of-sight">{title}</h1>
      <DropdownMenu.Root
        modal={false}
        onOpenChange={(open) => {
          if (open) void actions.relist();
        }}
      >
        <DropdownMenu.Trigger className="graph-name" aria-label={`Graph: ${title}. Choose another`}>
          <span className="graph-title">{title}</span>
          <ChevronDown size={14} aria-hidden="true" />
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content className="menu" align="start" sideOffset={6} collisionPadding={8}>
            {workspaces.map(({ id, env, graphs, errors }) => (
              <DropdownMenu.Group key={`${id}/${env}`}>
                <DropdownMenu.Label className="menu-label">
                  {id} · {env}
                </DropdownMenu.Label>
                {graphs.map((one) => {
                  const there = { workspace: id, env, graph: one.name };
                  return (
                    <DropdownMenu.Item key={one.name} className="menu-item" onSelect={() => void actions.choose(there)}>
                      {same(there, place) ? <Check size={14} aria-label="shown" /> : <span className="menu-blank" />}
                      {one.title || one.name}
                      <span className="menu-end">{one.can_light} can light</span>
                    </DropdownMenu.Item>
                  );
                })}
                {errors.map((one) => (
                  <DropdownMenu.Item key={one.file} className="menu-item" disabled>
                    <TriangleAlert size={14} aria-label="broken" />
                    <span>
                      {one.file}
                      <br />
                      <span className="quiet">{one.text}</span>
                    </span>
                  </DropdownMenu.Item>
                ))}
              </DropdownMenu.Group>
            ))}
            {workspaces.length > 0 && <DropdownMenu.Separator className="menu-line" />}
            <OpenItems />
            <LogItems
              onOpen={() => {
                file.current?.click();
              }}
            />
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
    </>
  );
}

function LogItems({ onOpen }: { readonly onOpen: () => void }) {
  const realtime = useRealtime();
  const some = useEngine("second", (state) => state.accumulation.log.entries.length > 0);
  return (
    <DropdownMenu.Group>
      <DropdownMenu.Label className="menu-label">Session log</DropdownMenu.Label>
      <DropdownMenu.Item
        className="menu-item"
        disabled={!some}
        onSelect={() => {
          void saveLog(realtime);
        }}
      >
        <Download size={14} aria-hidden="true" /> Save log
      </DropdownMenu.Item>
      <DropdownMenu.Item className="menu-item" onSelect={onOpen}>
        <FolderOpen size={14} aria-hidden="true" /> Open log…
      </DropdownMenu.Item>
    </DropdownMenu.Group>
  );
}
