/** Zoom controls; the percentage is written by whoever watches the camera. */
import { Maximize, Minus, Plus } from "lucide-react";

export interface ZoomProps {
  readonly onIn: () => void;
  readonly onOut: () => void;
  readonly onFit: () => void;
  readonly onWhole: () => void;
  readonly percent: (element: HTMLElement | null) => void;
}

export function Zoom({ onIn, onOut, onFit, onWhole, percent }: ZoomProps) {
  return (
    <div className="dr-zoom" role="group" aria-label="Zoom">
      <button type="button" onClick={onOut} aria-label="Zoom out" title="Zoom out"><Minus size={15} aria-hidden /></button>
      <button type="button" className="dr-zoom-value" onClick={onWhole} title="Zoom to 100 %"><span ref={percent}>100%</span></button>
      <button type="button" onClick={onIn} aria-label="Zoom in" title="Zoom in"><Plus size={15} aria-hidden /></button>
      <button type="button" onClick={onFit} aria-label="Fit the graph" title="Fit the graph"><Maximize size={15} aria-hidden /></button>
    </div>
  );
}
