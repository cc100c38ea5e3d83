/** The rates of unmapped names, looked at once a second while they are shown. */
import { unmappedNames, type UnmappedName } from "@dagnet-realtime/engine/select/unmapped";
import { useEffect, useState } from "react";
import { useRealtime, useShell } from "../use.ts";
import { look, NO_LOOKS, rateOf, type Rates } from "./rates.ts";

export interface Rated extends UnmappedName {
  readonly rate: number;
}

export function useUnmapped(): { readonly names: readonly Rated[]; readonly who: readonly UnmappedName[]; readonly other: number } {
  const { engine, store } = useRealtime();
  useShell((shell) => shell.second);
  const [rates, setRates] = useState<Rates>(NO_LOOKS);
  useEffect(
    () =>
      store.subscribe(({ second }, before) => {
        if (second === before.second) return;
        const counts = new Map(unmappedNames(engine.state, engine.at()).names.map(({ name, count }) => [name, count]));
        setRates((known) => look(known, engine.now(), counts));
      }),
    [engine, store],
  );
  const { names, identity: who, other } = unmappedNames(engine.state, engine.at());
  return { names: names.map((one) => ({ ...one, rate: rateOf(rates, one.name) })), who, other };
}
