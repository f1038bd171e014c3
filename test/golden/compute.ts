export type Inputs = Readonly<Record<string, unknown>>;
export type Outputs = Readonly<Record<string, unknown>>;

/** Computes a function for several replicas at once, one `Inputs` each, of equal shapes. */
export type Compute = (replicas: readonly Inputs[]) => Promise<Outputs[]> | Outputs[];
