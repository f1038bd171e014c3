/** Bytes that the memory of one replica may take before it is forgotten and begun anew. */
const mostBytes = 16 * 2 ** 20;

/**
 * What the frozen reference policy says after each beginning that a run has met: log-probabilities of every token, by
 * prompt and prefix, at one temperature. The same numbers as computed anew, so that a run does not depend on what is
 * remembered.
 */
export class ReferenceMemory {
  /** The beginning that follows one with each token: `[beginnings, vocabulary]`, 0 where it has not been met. */
  private children = new Int32Array();
  private logProbs = new Float32Array();
  private known = new Uint8Array();
  private count = 1;
  private temperature: number | undefined;
  private readonly most: number;

  constructor(private readonly vocabulary: number) {
    this.most = Math.floor(mostBytes / (8 * vocabulary + 1));
  }

  /** Makes it one of a temperature, with room for so many more beginnings; what has no place there is forgotten. */
  open(temperature: number, beginnings: number): void {
    if (this.temperature === temperature && this.count + beginnings <= this.most) return;
    this.temperature = temperature;
    this.count = 1;
    this.resize(Math.max(beginnings + 1, 256));
  }

  /** The number of the beginning that a token makes of another; 0 is the start. */
  after(beginning: number, token: number): number {
    const place = beginning * this.vocabulary + token;
    return this.children[place]! || this.add(place);
  }

  has(beginning: number): boolean {
    return this.known[beginning] === 1;
  }

  /** Of a token after a beginning that is known, nats. */
  logProb(beginning: number, token: number): number {
    return this.logProbs[beginning * this.vocabulary + token]!;
  }

  remember(beginning: number, logProbs: Float32Array): void {
    this.logProbs.set(logProbs, beginning * this.vocabulary);
    this.known[beginning] = 1;
  }

  private add(place: number): number {
    const own = this.count++;
    if (own === this.known.length) this.resize(2 * own, own);
    return (this.children[place] = own);
  }

  /** Keeps the first `kept` beginnings. */
  private resize(size: number, kept = 0): void {
    const { vocabulary } = this;
    const [children, logProbs, known] = [new Int32Array(size * vocabulary), new Float32Array(size * vocabulary), new Uint8Array(size)];
    children.set(this.children.subarray(0, kept * vocabulary));
    logProbs.set(this.logProbs.subarray(0, kept * vocabulary));
    known.set(this.known.subarray(0, kept));
    this.children = children;
    this.logProbs = logProbs;
    this.known = known;
  }
}
