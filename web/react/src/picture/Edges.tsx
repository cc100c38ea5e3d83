/** The layer under the cards: edges with arrows and probabilities, jumps, frames and notes. */
import { memo, Suspense } from "react";
import { lazyPart } from "../kit/lazyPart.tsx";
import { type EdgesProps, MANY, Wires } from "./EdgeLines.tsx";
import type { Scene } from "./scene.ts";

const ManyEdges = lazyPart(async () => (await import("./ManyEdges.tsx")).ManyEdges, () => null);

export const Edges = memo(function Edges(props: EdgesProps) {
  return props.scene.edges.length > MANY ? <Suspense fallback={null}><ManyEdges {...props} /></Suspense> : <Wires {...props} edges={props.scene.edges} />;
});

/** Where cards will stand, until they are all on the page. */
export const CardPlaces = memo(function CardPlaces({ nodes }: Pick<Scene, "nodes">) {
  return <svg className="dr-wires" aria-hidden><path className="dr-places" d={nodes.map(({ box: { x, y, width, height } }) => `M${x},${y}h${width}v${height}h${-width}z`).join("")} /></svg>;
});

export const Annotations = memo(function Annotations({ scene }: { scene: Scene }) {
  return (
    <div className="dr-annotations">
      {scene.frames.map(({ container, box }) => (
        <div key={container.id} className="dr-frame" style={{ left: box.x, top: box.y, width: box.width, height: box.height, "--dr-own": ownColour(container.colour) }}>
          <span>{container.label}</span>
        </div>
      ))}
      {scene.notes.map(({ postit, box }) => (
        <div key={postit.id} className="dr-note" style={{ left: box.x, top: box.y, width: box.width, height: box.height, "--dr-own": ownColour(postit.colour) }}>
          {plain(postit.text)}
        </div>
      ))}
    </div>
  );
});

declare module "react" {
  interface CSSProperties {
    "--dr-own"?: string;
  }
}

/** Only plain hex colours are taken from a file; anything else is the theme's grey. */
function ownColour(colour: string): string {
  return /^#[0-9a-f]{3,8}$/i.test(colour) ? colour : "var(--dr-text-3)";
}

/** Notes are markdown or editor HTML; their words are what matters here. */
function plain(text: string): string {
  return text.replace(/<[^>]*>/g, " ").replace(/[*_#`>]+/g, "").replace(/[ \t]+/g, " ").trim();
}
