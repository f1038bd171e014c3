import type { Note } from '../../core/protocol.js';
import { within } from '../../core/within.js';

/** ms in which a file of a link has to be there whole. */
const deadline = 30_000;

/** Why a file of a link could not be had, naming the field. */
export class FetchProblem extends Error {
  constructor(readonly note: Note) {
    super(note.id);
  }
}

/**
 * The text of a file of this page's own origin. Rejects with a `FetchProblem`.
 *
 * @param address as the link gives it
 * @param most characters
 */
export async function fetchText(address: string, page: string, most: number): Promise<string> {
  const refuse = (id: string, values: Note['values'] = {}): never => {
    throw new FetchProblem({ id, values: { address: address.slice(0, 200), ...values } });
  };
  const { origin } = new URL(page);
  const url = URL.canParse(address, page) ? new URL(address, page) : refuse('carry.linkAddress', { origin });
  if (url.origin !== origin || !/^https?:$/.test(url.protocol)) refuse('carry.linkOrigin', { origin });
  const abort = new AbortController();
  const large = (): never => refuse('carry.linkSize', { megabytes: most / 2 ** 20 });
  const read = async (): Promise<string> => {
    // Nor may another origin answer in its place.
    const response = await fetch(url, { mode: 'same-origin', signal: abort.signal });
    if (!response.ok) refuse('carry.linkMissing', { reason: `HTTP ${response.status}` });
    if (response.headers.get('content-type')?.includes('html')) refuse('carry.linkPage');
    if (Number(response.headers.get('content-length')) > most) large();
    const text = await textOf(response, most, large);
    if (text.trimStart().startsWith('<')) refuse('carry.linkPage');
    return text;
  };
  try {
    return await within(deadline, 'the server', read());
  } catch (error) {
    if (error instanceof FetchProblem) throw error;
    return refuse('carry.linkMissing', { reason: error instanceof Error ? error.message : String(error) });
  } finally {
    abort.abort();
  }
}

/** Read in parts, so that what has no end ends. */
async function textOf(response: Response, most: number, large: () => never): Promise<string> {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  const parts: string[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return parts.join('');
    parts.push(value);
    length += value.length;
    if (length > most) large();
  }
}
