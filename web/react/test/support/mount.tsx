/** A host application that mounts the embeddable picture with the React that it is built with. */
import { version } from "react";
import { createRoot } from "react-dom/client";
import { Picture, type Graph, type LightListener, type LightSource } from "../../src/index.ts";

declare global {
  var mountPicture: (element: Element, graph: Graph) => { version: string; hit: (node: string) => void; unmount: () => void };
}

globalThis.mountPicture = (element, graph) => {
  const listeners = new Set<LightListener>();
  const counts = new Map<string, number>();
  const light: LightSource = {
    now: () => 0,
    node: (uuid) => ({ count: counts.get(uuid) ?? 0, rate: 1, level: 0.5, lastAt: counts.has(uuid) ? 0 : null }),
    subscribe: (listener) => { listeners.add(listener); return () => { listeners.delete(listener); }; },
  };
  const root = createRoot(element);
  root.render(<Picture graph={graph} light={light} theme="light" motion="full" frozen={false} stale={false} selected={null} onSelect={() => undefined} followed={[]} jumps={[]} />);
  return {
    version,
    hit: (node) => {
      counts.set(node, 1);
      for (const listener of listeners) listener.hit({ node, at: 0, late: false, token: null, count: 1 });
    },
    unmount: () => { root.unmount(); },
  };
};
