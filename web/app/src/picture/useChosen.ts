/** What is selected or pointed out, as the drawing needs it; brings it into view when it changes. */
import { useEffect, useMemo } from "react";
import type { PictureProps } from "./contract.ts";
import type { Scene } from "./geometry/scene.ts";
import type { Fit } from "./useFit.ts";

export interface Chosen {
  readonly nodes: ReadonlySet<string>;
  readonly edges: ReadonlySet<string>;
  /** The key of the selected jump. */
  readonly jump: string | null;
}

type Asked = Pick<Required<PictureProps>, "selected" | "way" | "pointed">;

export function useChosen(scene: Scene, { selected, way, pointed }: Asked, { show }: Fit): Chosen {
  const ends = useMemo(() => endsOf(scene, { selected, way, pointed }), [scene, selected, way, pointed]);
  // Only a new choice moves the camera, never a resize or another version of the graph.
  const said = ends.join("\n");
  useEffect(() => {
    if (said !== "") show(said.split("\n"));
    // eslint-disable-next-line react-hooks/exhaustive-deps -- see above
  }, [said]);
  return useMemo(
    () => ({
      nodes: new Set([...(selected === null ? [] : [selected]), ...(pointed?.nodes ?? [])]),
      edges: new Set([...(way?.kind === "edge" ? [way.edge] : []), ...(pointed?.edges ?? [])]),
      jump: way?.kind === "jump" ? `${way.from}>${way.to}` : null,
    }),
    [selected, way, pointed],
  );
}

/** The nodes that the choice is about: those selected, and the ends of edges and jumps. */
function endsOf(scene: Scene, { selected, way, pointed }: Asked): string[] {
  const edges = [...(way?.kind === "edge" ? [way.edge] : []), ...(pointed?.edges ?? [])];
  const ends = edges.flatMap((uuid) => {
    const edge = scene.edges[scene.edgeIndex.get(uuid) ?? -1]?.edge;
    return edge ? [edge.source, edge.target] : [];
  });
  return [...new Set([...(selected === null ? [] : [selected]), ...(way?.kind === "jump" ? [way.from, way.to] : []), ...(pointed?.nodes ?? []), ...ends])];
}
