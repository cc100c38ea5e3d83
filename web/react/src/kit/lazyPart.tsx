/**
 * Parts of the page whose code is fetched when they are first wanted, or before that, when the
 * browser is idle. A part that cannot be fetched, or that breaks, takes nothing else with it.
 */
import { Component, type ComponentType, type ErrorInfo, lazy, type ReactNode, useState } from "react";
import { Button } from "./controls.tsx";

type Load<P> = () => Promise<ComponentType<P>>;

/** What stands in the place of a part that is broken; `again` tries once more. */
export type Broken<P> = (props: P, again: () => void) => ReactNode;

const loads = new Set<() => Promise<unknown>>();

/** The component that `load` brings. It suspends while it is fetched, as React's `lazy` does. */
export function lazyPart<P extends object>(load: Load<P>, broken: Broken<NoInfer<P>> = (_, again) => <BrokenPart onRetry={again} />): ComponentType<P> {
  loads.add(load);
  const made = () => lazy(async () => ({ default: await load() }));
  let Loaded = made();
  return function LazyPart(props: P) {
    const [tries, setTries] = useState(0);
    const again = (): void => {
      // What `lazy` could not load stays so for ever: another try needs another one.
      Loaded = made();
      setTries(tries + 1);
    };
    return (
      <ErrorBoundary key={tries} broken={() => broken(props, again)}>
        <Loaded {...props} />
      </ErrorBoundary>
    );
  };
}

/** Code that is no component and is fetched when it is wanted, or ahead with the parts. */
export function lazyCode<T>(load: () => Promise<T>): () => Promise<T> {
  loads.add(load);
  return load;
}

/** Fetches all parts, one after the other; those that fail are fetched when they are wanted. */
export async function preloadParts(): Promise<void> {
  for (const load of loads) await load().catch(() => undefined);
}

function BrokenPart({ onRetry }: { readonly onRetry: () => void }) {
  return (
    <p className="broken-part" role="alert">
      This part could not be shown. What was collected is kept.{" "}
      <Button className="button-small" onClick={onRetry}>
        Try again
      </Button>
    </p>
  );
}

interface BoundaryProps {
  readonly broken: (error: unknown) => ReactNode;
  readonly children: ReactNode;
}

/** Shows what `broken` gives once a component below has thrown. */
export class ErrorBoundary extends Component<BoundaryProps, { readonly failed: boolean; readonly error: unknown }> {
  override state = { failed: false, error: null as unknown };

  static getDerivedStateFromError(error: unknown): { failed: boolean; error: unknown } {
    return { failed: true, error };
  }

  override componentDidCatch(error: unknown, { componentStack }: ErrorInfo): void {
    console.error("A part of the page broke.", error, componentStack);
  }

  override render(): ReactNode {
    return this.state.failed ? this.props.broken(this.state.error) : this.props.children;
  }
}
