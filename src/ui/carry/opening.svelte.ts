import type { Lab } from '../../core/labs/lab.js';
import type { Note } from '../../core/protocol.js';
import type * as Decoding from '../../core/run/decode.js';
import type { Playground } from '../state/playground.svelte.js';
import type { Run } from '../state/run.svelte.js';
import { FetchProblem, fetchText } from './fetchText.js';

/** What became of a file of runs. */
export interface Opened {
  readonly file: string;
  /** Runs that came with it, and those that were here as they are in it. */
  readonly opened: number;
  readonly known: number;
  /** Those of them that another lab shows. */
  readonly elsewhere: readonly { readonly lab: Lab; readonly runs: readonly Run[] }[];
  readonly problems: readonly Decoding.LineProblem[];
}

/** Opens files of runs, and tells what became of them until that is read. */
export class Opening {
  files = $state.raw<readonly Opened[]>([]);
  notices = $state.raw<readonly Note[]>([]);
  busy = $state.raw(false);

  /** @param ready once the page knows what it has already */
  constructor(private readonly playground: Playground, private readonly ready: Promise<void>) {}

  dismiss(): void {
    this.files = [];
    this.notices = [];
  }

  /** Never rejects: what cannot be read is told. */
  async openFiles(files: readonly File[]): Promise<void> {
    this.dismiss();
    await this.work(async () => {
      for (const file of files) {
        try {
          await this.take(file.name, await textOf(file));
        } catch (error) {
          this.tell({ id: 'carry.unreadable', values: { file: file.name, reason: reasonOf(error) } });
        }
      }
    });
  }

  /**
   * Opens what a link names. Never rejects.
   *
   * @param goes to their lab where it is another one
   */
  async openAddress(address: string, goes: boolean): Promise<void> {
    await this.work(async () => {
      try {
        const { mostCharacters } = await decoding();
        const text = await fetchText(address, location.href, mostCharacters);
        await this.take(decodeURIComponent(new URL(address, location.href).pathname.split('/').at(-1)!), text);
        const [opened] = this.files;
        const [place] = opened?.elsewhere ?? [];
        if (goes && place && place.runs.length === opened!.opened + opened!.known) await this.show(place);
      } catch (error) {
        const note = error instanceof FetchProblem ? error.note : { id: 'carry.linkMissing', values: { address, reason: reasonOf(error) } };
        this.tell(note);
      }
    });
  }

  /** Goes to the lab of runs and brings the first of them to the foreground. */
  async show({ lab, runs }: Opened['elsewhere'][number]): Promise<void> {
    await this.playground.setup.chooseLab(lab.id);
    if (this.playground.setup.lab === lab && runs[0]) this.playground.select(runs[0]);
  }

  private async take(file: string, text: string): Promise<void> {
    const { decodeRuns } = await decoding();
    await this.ready;
    const { records, said, problems } = decodeRuns(text);
    const { opened, known } = this.playground.take(records.map((record, i) => ({ record, said: said[i]!, recorded: file })));
    const others = [...opened, ...known].filter((run) => run.origin.lab !== this.playground.setup.lab);
    const labs = [...new Set(others.map((run) => run.origin.lab))];
    const elsewhere = labs.map((lab) => ({ lab, runs: others.filter((run) => run.origin.lab === lab) }));
    this.files = [...this.files, { file, opened: opened.length, known: known.length, elsewhere, problems }];
  }

  private tell(note: Note): void {
    this.notices = [...this.notices, note];
  }

  private async work(open: () => Promise<void>): Promise<void> {
    this.busy = true;
    try {
      await open();
    } finally {
      this.busy = false;
    }
  }
}

/** Loaded with the first file. */
const decoding = (): Promise<typeof Decoding> => import('../../core/run/decode.js');

async function textOf(file: File): Promise<string> {
  const { mostCharacters } = await decoding();
  if (file.size > mostCharacters) throw new Error(`it is larger than ${mostCharacters / 2 ** 20} MB`);
  return file.text();
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
