/** The editor: squares and ribbons under React Flow 11, and places for what Realtime adds. */
import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ComponentType, type ReactNode } from "react";
import ReactFlow, {
  Background, BackgroundVariant, Controls, getBezierPath, Handle, MiniMap, Position, ReactFlowProvider, useNodesState,
  type Edge, type EdgeProps, type Node, type NodeProps,
} from "reactflow";
import "reactflow/dist/style.css";
import "./editor.css";
import { useDocument, type GraphEdge, type GraphNode } from "./graph";

/** What Realtime adds to the editor; the bare editor has nothing of it. */
export interface Addition {
  /** Around the editor, once. */
  readonly Around: ComponentType<{ children: ReactNode }>;
  /** In the tool bar. */
  readonly Tools: ComponentType;
  /** Inside `<ReactFlow>`. */
  readonly Over: ComponentType<{ nodes: readonly Node[]; theme: "dark" | "light" }>;
  /** In the row below the tool bar, and in the panel beside the canvas; with `?panel` alone. */
  readonly Row: ComponentType;
  readonly Side: ComponentType;
  /** In each node. */
  readonly Badge: ComponentType<{ uuid: string }>;
}

const Added = createContext<Addition | null>(null);

function Square({ data, selected }: NodeProps<GraphNode>) {
  const added = useContext(Added);
  const kind = data.entry?.is_start ? "start" : (data.outcome_type ?? "step");
  return (
    <div className={`square ${kind}${selected ? " chosen" : ""}`} data-uuid={data.uuid}>
      <Handle type="target" position={Position.Left} />
      <span className="square-label">{data.label}</span>
      <span className="square-event">{data.event_id}</span>
      <span className="square-badge">{added ? <added.Badge uuid={data.uuid} /> : null}</span>
      <Handle type="source" position={Position.Right} />
    </div>
  );
}

function Ribbon({ id, sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition, data }: EdgeProps<GraphEdge>) {
  const ends = { sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition };
  const [middle] = getBezierPath(ends);
  const aside = 16;
  const [label] = getBezierPath({ ...ends, sourceY: sourceY - aside, targetY: targetY - aside });
  return (
    <g className="ribbon">
      <path className="react-flow__edge-path ribbon-body" d={middle} style={{ strokeWidth: 6 + (data?.p.mean ?? 0) * 34 }} data-middle={id} />
      <path className="ribbon-label-path" id={`edge-path-${id}`} d={label} />
      <text className="ribbon-label">
        <textPath href={`#edge-path-${id}`} startOffset="50%">{Math.round((data?.p.mean ?? 0) * 100)} %</textPath>
      </text>
    </g>
  );
}

/** Whether the editor has its panel. */
const PANEL = new URLSearchParams(location.search).has("panel");

const NODE_TYPES = { square: Square };
const EDGE_TYPES = { ribbon: Ribbon };

function toFlow(node: GraphNode): Node<GraphNode> {
  return { id: node.uuid, type: "square", position: { ...node.layout }, data: node };
}

function toFlowEdge(edge: GraphEdge): Edge<GraphEdge> {
  return { id: edge.uuid, type: "ribbon", source: edge.from, target: edge.to, data: edge };
}

function Canvas({ theme }: { theme: "dark" | "light" }) {
  const added = useContext(Added);
  const { graph, move } = useDocument();
  const [nodes, setNodes, onNodesChange] = useNodesState<GraphNode>([]);
  useEffect(() => {
    setNodes((before) => graph.nodes.map((node) => ({ ...before.find(({ id }) => id === node.uuid), ...toFlow(node) })));
  }, [graph, setNodes]);
  const edges = useMemo(() => graph.edges.map(toFlowEdge), [graph]);
  const onDrag = useCallback((_: unknown, node: Node) => {
    move(node.id, node.position.x, node.position.y);
  }, [move]);
  return (
    <ReactFlow
      nodes={nodes} edges={edges} onNodesChange={onNodesChange} onNodeDrag={onDrag} onNodeDragStop={onDrag}
      nodeTypes={NODE_TYPES} edgeTypes={EDGE_TYPES} fitView minZoom={0.1} deleteKeyCode={null}
    >
      <Background variant={BackgroundVariant.Dots} gap={16} />
      <MiniMap />
      <Controls />
      {added ? <added.Over nodes={nodes} theme={theme} /> : null}
    </ReactFlow>
  );
}

export function Editor({ addition }: { addition: Addition | null }) {
  const [theme, setTheme] = useState<"dark" | "light">(location.hash.includes("dark") ? "dark" : "light");
  const { graph, remove, rebind } = useDocument();
  useEffect(() => {
    document.documentElement.dataset["theme"] = theme;
  }, [theme]);
  const Around = addition?.Around ?? Plain;
  return (
    <Added.Provider value={addition}>
      <Around>
        <div className="dock-layout">
          <header className="bar">
            <strong>{graph.metadata.name}</strong>
            <button type="button" onClick={() => { setTheme(theme === "dark" ? "light" : "dark"); }}>Theme</button>
            <button type="button" onClick={() => { const node = graph.nodes.find(({ id }) => id === "help"); if (node) remove(node.uuid); }}>Remove Help</button>
            <button type="button" onClick={() => { const node = graph.nodes.find(({ id }) => id === "search"); if (node) rebind(node.uuid, "help"); }}>Rebind Search</button>
            <span className="bar-space">{addition ? <addition.Tools /> : null}</span>
          </header>
          {PANEL ? <div className="row">{addition ? <addition.Row /> : null}</div> : null}
          <ReactFlowProvider>
            <div className="middle">
              <main className="canvas">
                <Canvas theme={theme} />
              </main>
              {PANEL ? <aside className="side-place">{addition ? <addition.Side /> : null}</aside> : null}
            </div>
          </ReactFlowProvider>
        </div>
      </Around>
    </Added.Provider>
  );
}

function Plain({ children }: { children: ReactNode }) {
  return <>{children}</>;
}
