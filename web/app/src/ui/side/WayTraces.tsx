/** Examples behind a number: traces, each a click from being followed. */
import { useActions } from "../use.ts";

export function WayTraces({ tokens, title }: { readonly tokens: readonly string[]; readonly title: string }) {
  const actions = useActions();
  if (tokens.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <p className="chips">
        {tokens.map((token) => (
          <button
            key={token}
            type="button"
            className="chip mono"
            title="Follow it"
            onClick={() => {
              actions.tracing.open(token);
            }}
          >
            {token}
          </button>
        ))}
      </p>
    </>
  );
}
