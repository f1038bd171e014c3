import { hasMessage, loadLanguage, message, type Language, type Values } from '../../core/messages/messages.js';
import type { PageFields, Theme } from '../../core/share.js';

/** Seconds that a run takes at least, so that people can follow; 0: as fast as it goes. */
export const paces = [60, 20, 5, 0] as const;
export type Pace = (typeof paces)[number];

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
  /** What the link asks for and holds for this view alone, until its visitor chooses. */
  asked = $state.raw<PageFields>({});
  /** What the texts could not be fetched for when it was asked for last. */
  missing = $state<'language' | 'lab'>();
  /** The lab that texts are about; none on pages without one. */
  private lab = $state<string>();
  private turn: Promise<void> = Promise.resolve();

  /**
   * Takes language and theme as they were decided before the first paint (see public/start.js): what the link asks for,
   * what was chosen before, or what the browser prefers, in this order. Loads the texts of that language and of `lab`.
   */
  async start(asked: PageFields, lab?: string): Promise<void> {
    const { dataset, lang } = document.documentElement;
    this.asked = asked;
    this.showTheme(dataset.theme === 'dark' ? 'dark' : 'light');
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', ({ matches }) => {
      if (!this.asked.theme && !memory.get('theme')) this.showTheme(matches ? 'dark' : 'light');
    });
    this.pace = paces.find((pace) => String(pace) === memory.get('pace')) ?? this.pace;
    const language = lang.startsWith('zh') ? 'zh' : 'en';
    await loadLanguage(language, lab);
    this.lab = lab;
    this.showLanguage(language);
  }

  /** A visitor's choice; where its texts cannot be fetched, the page stays as it is and `missing` says so. */
  chooseLanguage(language: Language): Promise<void> {
    return this.inTurn('language', () => loadLanguage(language, this.lab), () => {
      const { lang: _, ...asked } = this.asked;
      this.asked = asked;
      this.showLanguage(language);
      memory.set('language', language);
    });
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

  private showLanguage(language: Language): void {
    this.language = language;
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  }

  setPace(pace: Pace): void {
    this.pace = pace;
    memory.set('pace', String(pace));
  }

  chooseTheme(theme: Theme): void {
    const { theme: _, ...asked } = this.asked;
    this.asked = asked;
    this.showTheme(theme);
    memory.set('theme', theme);
  }

  private showTheme(theme: Theme): void {
    this.theme = theme;
    document.documentElement.dataset.theme = theme;
  }

  /** The text of a message in the page's language; where it is called, it is shown again when language or lab change. */
  readonly t = (id: string, values?: Values): string => message(this.language, id, values, this.lab);

  /** The text of a message that not every parameter, metric or preset has. */
  readonly optional = (id: string, values?: Values): string | undefined =>
    hasMessage(this.language, id, this.lab) ? message(this.language, id, values, this.lab) : undefined;
}

export const settings = new Settings();
