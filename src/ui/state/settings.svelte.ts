import { hasMessage, loadLanguage, message, type Language, type Values } from '../../core/messages/messages.js';
import { paces, type Pace } from '../../core/pace.js';

export { paces, type Pace };

export type Theme = 'light' | 'dark';


/** What this browser remembers; nothing in sandboxed frames, where storage throws. */
const memory = {
  get(key: string): string | null {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  },
  set(key: string, value: string): void {
    try {
      localStorage.setItem(key, value);
    } catch {
      // Chosen for this visit only.
    }
  },
};

/** What a visitor chose for the page itself; kept in this browser. */
class Settings {
  language = $state<Language>('en');
  theme = $state<Theme>('light');
  pace = $state<Pace>(5);
  /** What the texts could not be fetched for when it was asked for last. */
  missing = $state<'language' | 'lab'>();
  /** The lab that texts are about; none on pages without one. */
  private lab = $state<string>();
  private turn: Promise<void> = Promise.resolve();

  /**
   * Reads what the link asks for (`lang`), what was chosen before, and what the browser prefers, in this order, and
   * loads the texts of that language and of `lab`.
   */
  async start(search: URLSearchParams, lab?: string): Promise<void> {
    const asked = search.get('lang') ?? memory.get('language') ?? navigator.language;
    const theme = document.documentElement.dataset.theme === 'dark' ? 'dark' : 'light';
    this.setTheme(theme, search.get('theme')?.toLowerCase() === theme);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', ({ matches }) => {
      if (!memory.get('theme')) this.setTheme(matches ? 'dark' : 'light', false);
    });
    this.pace = paces.find((pace) => String(pace) === memory.get('pace')) ?? this.pace;
    const language = asked.toLowerCase().startsWith('zh') ? 'zh' : 'en';
    await loadLanguage(language, lab);
    this.lab = lab;
    this.setLanguage(language, search.has('lang'));
  }

  /** A visitor's choice; where its texts cannot be fetched, the page stays as it is and `missing` says so. */
  chooseLanguage(language: Language): Promise<void> {
    return this.inTurn('language', () => loadLanguage(language, this.lab), () => this.setLanguage(language, true));
  }

  /** The same for another lab: once its texts are there, `show` brings it to the foreground. */
  chooseLab(lab: string, show: () => void): Promise<void> {
    return this.inTurn('lab', () => loadLanguage(this.language, lab), () => {
      this.lab = lab;
      show();
    });
  }

  /** One choice after another, so that texts of the language and the lab that are shown are always there. */
  private inTurn(what: 'language' | 'lab', load: () => Promise<void>, show: () => void): Promise<void> {
    const shown = this.turn.then(load).then(
      () => {
        this.missing = undefined;
        show();
      },
      () => void (this.missing = what),
    );
    this.turn = shown.catch(() => undefined);
    return shown;
  }

  private setLanguage(language: Language, keep: boolean): void {
    this.language = language;
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
    if (keep) memory.set('language', language);
  }

  setPace(pace: Pace): void {
    this.pace = pace;
    memory.set('pace', String(pace));
  }

  /** The most that the chosen pace allows a run of so many steps; 0 is as fast as it goes. */
  stepsPerSecond(steps: number): number {
    return this.pace === 0 ? 0 : steps / this.pace;
  }

  setTheme(theme: Theme, keep = true): void {
    this.theme = theme;
    document.documentElement.dataset.theme = theme;
    if (keep) memory.set('theme', theme);
  }

  /** The text of a message in the page's language; where it is called, it is shown again when language or lab change. */
  readonly t = (id: string, values?: Values): string => message(this.language, id, values, this.lab);

  /** The text of a message that not every parameter, metric or preset has. */
  readonly optional = (id: string, values?: Values): string | undefined =>
    hasMessage(this.language, id, this.lab) ? message(this.language, id, values, this.lab) : undefined;
}

export const settings = new Settings();
