/** Frames and notes of the graph's author, behind everything. */
import { memo } from "react";
import type { Scene } from "./geometry/scene.ts";

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
