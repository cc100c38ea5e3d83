/** The entry `./react/panel`: Realtime's controls and panel for a host's own page. Their styles are
 * in `panel.css`, which the host imports.
 */
export { RealtimeBar, type RealtimeBarProps } from "../../react/src/host/RealtimeBar.tsx";
export { RealtimePanel, type RealtimePanelProps } from "../../react/src/host/RealtimePanel.tsx";
export type { HostRealtime } from "../../react/src/host/hostSession.ts";
