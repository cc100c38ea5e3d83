/** The menu of graphs, of files to open, and of session logs. */
import { type App, useApp, useUi } from "../hooks.ts";
import { lazyCode } from "@dagnet-realtime/react/kit/lazyPart.tsx";
import { useEngine, useHost } from "@dagnet-realtime/react/hooks";
import { Check, ChevronDown, ClipboardCheck, Download, FileJson2, FolderOpen, History, Link, Store, TriangleAlert, Waves, X } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { useRef } from "react";
import { saveLog } from "../saveLog.ts";
import { sameGraph } from "../store/graphRef.ts";
import { toast, toNotice } from "../store/notices.ts";
import { copyLink } from "./copyLink.ts";
import { saveExpectation } from "./expectation.ts";
import { READABLE } from "./open/OpenCard.tsx";
import { pickFiles, pickFolder } from "./open/picking.ts";

export function GraphMenu() {
  const realtime = useApp();
  const { actions } = realtime;
  const workspaces = useUi((ui) => ui.workspaces);
  const graphRef = useUi((ui) => ui.graphRef);
  const graph = useUi((ui) => ui.graph);
  const title = graph ? graph.title || graph.name : (graphRef?.graph ?? "No graph");
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
          if (open) void actions.refreshWorkspaces();
        }}
      >
        <DropdownMenu.Trigger className="graph-name" aria-label={`Graph: ${title}. Choose another`}>
          <span className="graph-title">{title}</span>
          <ChevronDown size={14} aria-hidden="true" />
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content className="menu" align="start" sideOffset={6} collisionPadding={8}>
            {workspaces.map(({ id, env, graphs, errors, streams = [] }) => (
              <DropdownMenu.Group key={`${id}/${env}`}>
                <DropdownMenu.Label className="menu-label">
                  {id} · {env}
                </DropdownMenu.Label>
                {graphs.map((one) => {
                  const there = { workspace: id, env, graph: one.name };
                  return (
                    <DropdownMenu.Item key={one.name} className="menu-item" onSelect={() => void actions.choose(there)}>
                      {sameGraph(there, graphRef) ? <Check size={14} aria-label="shown" /> : <span className="menu-blank" />}
                      {one.title || one.name}
                      <span className="menu-end">{one.can_light} can light</span>
                    </DropdownMenu.Item>
                  );
                })}
                {streams.length > 0 && (
                  <DropdownMenu.Item className="menu-item" onSelect={() => { actions.overlay("streams"); }}>
                    <Waves size={14} aria-hidden="true" /> Streams…
                  </DropdownMenu.Item>
                )}
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
            <LinkItem />
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

function LinkItem() {
  const { store } = useApp();
  const link = useHost((host) => host.linkTo?.() ?? null);
  const past = useUi((ui) => ui.share !== "");
  const serverless = useUi((ui) => ui.serverless);
  if (link === null || serverless) return null;
  return (
    <DropdownMenu.Item className="menu-item" onSelect={() => void copyLink(store, link)}>
      <Link size={14} aria-hidden="true" />
      <span>
        Copy a link to this view
        <br />
        <span className="quiet">Graph, filter, selection and followed traces{past ? ", with the past of this session" : ""}</span>
      </span>
    </DropdownMenu.Item>
  );
}

function LogItems({ onOpen }: { readonly onOpen: () => void }) {
  const realtime = useApp();
  const some = useEngine("numbers", (state) => state.accumulation.log.entries.length > 0);
  const earlier = useUi((ui) => ui.workspaces.some((one) => one.earlier_since));
  return (
    <DropdownMenu.Group>
      <DropdownMenu.Label className="menu-label">Session log</DropdownMenu.Label>
      {earlier && (
        <DropdownMenu.Item className="menu-item" onSelect={() => { realtime.actions.overlay("sessions"); }}>
          <History size={14} aria-hidden="true" /> Earlier sessions…
        </DropdownMenu.Item>
      )}
      <DropdownMenu.Item
        className="menu-item"
        disabled={!some}
        onSelect={() => {
          void saveLog(realtime);
        }}
      >
        <Download size={14} aria-hidden="true" /> Save log
      </DropdownMenu.Item>
      <DropdownMenu.Item
        className="menu-item"
        disabled={!some}
        onSelect={() => {
          void saveExpectation(realtime, null);
        }}
      >
        <ClipboardCheck size={14} aria-hidden="true" />
        <span>
          Save as expectation
          <br />
          <span className="quiet">What a test run must show, from all that was seen</span>
        </span>
      </DropdownMenu.Item>
      <DropdownMenu.Item className="menu-item" onSelect={onOpen}>
        <FolderOpen size={14} aria-hidden="true" /> Open log…
      </DropdownMenu.Item>
    </DropdownMenu.Group>
  );
}

export function OpenItems() {
  const { offline } = useApp();
  const some = useUi((ui) => ui.workspaces.length > 0);
  const keeping = useUi((ui) => ui.storageAllowed);
  if (!offline) return null;
  return (
    <DropdownMenu.Group>
      <DropdownMenu.Label className="menu-label">Graphs</DropdownMenu.Label>
      <DropdownMenu.Item className="menu-item" onSelect={() => void pickFolder(offline)}>
        <FolderOpen size={14} aria-hidden="true" /> Open a folder…
      </DropdownMenu.Item>
      <DropdownMenu.Item
        className="menu-item"
        onSelect={() => {
          pickFiles(offline);
        }}
      >
        <FileJson2 size={14} aria-hidden="true" /> {some ? "Add files…" : "Open files…"}
      </DropdownMenu.Item>
      <DropdownMenu.Item className="menu-item" onSelect={() => void offline.openSample()}>
        <Store size={14} aria-hidden="true" /> Open the sample
      </DropdownMenu.Item>
      {keeping !== null && (
        <DropdownMenu.CheckboxItem className="menu-item" checked={keeping} onCheckedChange={(wanted) => void offline.allowStorage(wanted)}>
          {keeping ? <Check size={14} aria-hidden="true" /> : <span className="menu-blank" />}
          <span>
            Keep it in this browser
            <br />
            <span className="quiet">{READABLE}</span>
          </span>
        </DropdownMenu.CheckboxItem>
      )}
      {some && (
        <DropdownMenu.Item className="menu-item" onSelect={() => void offline.close()}>
          <X size={14} aria-hidden="true" /> Close, and forget it here
        </DropdownMenu.Item>
      )}
      <DropdownMenu.Separator className="menu-line" />
    </DropdownMenu.Group>
  );
}

/** A log larger than this is not opened in a tab. */
const MOST_BYTES = 200 * 1024 * 1024;

const loadReplay = lazyCode(() => import("../store/replayController.ts"));

export async function openLogFile({ context, session, store }: App, file: File): Promise<void> {
  try {
    if (file.size > MOST_BYTES) throw new Error("The log is larger than 200 MB.");
    const { openLog } = await loadReplay();
    await openLog(context, session, await file.text());
    // The menu had the focus: Space is the player's from here on.
    document.getElementById("canvas")?.focus();
  } catch (error) {
    toast(store, toNotice(error, "The log was not opened."));
  }
}
