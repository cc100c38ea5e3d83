/** The last resort: the page broke as a whole, and still gives out what was collected. */
import type { EngineHost } from "@dagnet-realtime/client/engineHost";
import { ErrorBoundary } from "@dagnet-realtime/react/kit/lazyPart.tsx";
import { Button } from "@dagnet-realtime/react/kit/controls.tsx";
import { Download, RotateCw } from "lucide-react";
import type { ReactNode } from "react";
import { saveLog } from "../saveLog.ts";

export function RootBoundary({ engine, children }: { readonly engine: EngineHost; readonly children: ReactNode }) {
  return <ErrorBoundary broken={(error) => <BrokenPage engine={engine} why={error instanceof Error ? error.message : String(error)} />}>{children}</ErrorBoundary>;
}

function BrokenPage({ engine, why }: { readonly engine: EngineHost; readonly why: string }) {
  return (
    <main className="broken-page" role="alert">
      <h1>This page broke</h1>
      <p>That is a fault of Realtime. What was collected is still here: save it as a log, which can be opened again, or reload to go on with the session.</p>
      <p>
        <Button icon={<Download size={15} />} voice="strong" onClick={() => { void saveLog({ engine }); }}>
          Save log
        </Button>{" "}
        <Button icon={<RotateCw size={15} />} onClick={() => { window.location.reload(); }}>
          Reload
        </Button>
      </p>
      <p className="mono quiet">{why}</p>
    </main>
  );
}
