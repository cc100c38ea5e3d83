/** The narrow channel from the reducer to the picture: what has just lit, and which trace has just moved. */

/** This event lit this node. `count` is above 1 where several hits were counted but not carried; those have no token. */
export interface Hit {
  readonly node: string;
  readonly at: number;
  readonly late: boolean;
  readonly token: string | null;
  readonly count: number;
}

/** A trace went `from` a node `to` another along `edges`; a jump has no edges, an inferred step bridges nodes that have no event. */
export interface Step {
  readonly token: string;
  readonly from: string;
  readonly to: string;
  readonly edges: readonly string[];
  readonly jump: boolean;
  readonly inferred: boolean;
  readonly followed: boolean;
  readonly at: number;
}

export interface Out {
  hit(hit: Hit): void;
  step(step: Step): void;
}

/** Listens to nothing. */
export const SILENT: Out = { hit: () => undefined, step: () => undefined };
