/** The buttons that zoom, fit the graph, and show only what is active. */
import { Activity, Maximize, Minus, Plus } from "lucide-react";
import "./legend.css";

/** What the buttons do, and the element that the zoom is written to. */
export interface ZoomProps {
  readonly onIn: () => void;
  readonly onOut: () => void;
  readonly onFit: () => void;
  readonly onWhole: () => void;
  /** Whether only the nodes of the last minute are shown. */
  readonly only: boolean;
  /** Shows the nodes that had an event in the last minute, or all again. */
  readonly onActive: (only: boolean) => void;
  readonly percent: (element: HTMLElement | null) => void;
}

/** The buttons that zoom. */
export function Zoom({ only, onIn, onOut, onFit, onWhole, onActive, percent }: ZoomProps) {
  return (
    <div className="dr-zoom" role="group" aria-label="Zoom">
      <button type="button" onClick={onOut} aria-label="Zoom out" title="Zoom out"><Minus size={15} aria-hidden /></button>
      <button type="button" className="dr-zoom-value" onClick={onWhole} title="Zoom to 100 %"><span ref={percent}>100%</span></button>
      <button type="button" onClick={onIn} aria-label="Zoom in" title="Zoom in"><Plus size={15} aria-hidden /></button>
      <button type="button" onClick={onFit} aria-label="Fit the graph" title="Fit the graph"><Maximize size={15} aria-hidden /></button>
      <button type="button" onClick={() => { onActive(!only); }} aria-pressed={only} aria-label="Active only" title="Active only: nodes with an event in the last minute"><Activity size={15} aria-hidden /></button>
    </div>
  );
}
