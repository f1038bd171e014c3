import { hasMessage, hasTexts, loadLanguage, message, type Language, type Values } from '../../core/messages/messages.js';
import { paces, type Pace } from '../../core/pace.js';
import type { PageFields, Theme } from '../../core/share.js';
import { within } from '../../core/within.js';

export { paces, type Pace };


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

/** Texts that have not come after the shorter time are said to be loading; after the longer one they are given up; ms. */
const shortWait = 300;
const longestWait = 15_000;

type Choice = 'language' | 'lab';

/** What a visitor chose for the page itself; kept in this browser. */
class Settings {
  language = $state<Language>('en');
  theme = $state<Theme>('light');
  pace = $state<Pace>(5);
  /** Whether single keys are shortcuts: people who speak to their computer may not want them. */
  shortcuts = $state(true);
  /** What the link asks for and holds for this view alone, until its visitor chooses. */
  asked = $state.raw<PageFields>({});
  /** The choices whose texts are a while in coming. */
  readonly loading = $state<Record<Choice, boolean>>({ language: false, lab: false });
  /** What the texts could not be fetched for when it was asked for last. */
  missing = $state<Choice>();
  /** The lab that texts are about; none on pages without one. */
  private lab = $state<string>();
  /** How many choices there were of each kind: the last one counts. */
  private readonly choices: Record<Choice, number> = { language: 0, lab: 0 };

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
    this.shortcuts = memory.get('shortcuts') !== 'off';
    const language = lang.startsWith('zh') ? 'zh' : 'en';
    await loadLanguage(language, lab);
    this.lab = lab;
    this.showLanguage(language);
  }

  /** A visitor's choice; where its texts cannot be fetched, the page stays as it is and `missing` says so. */
  chooseLanguage(language: Language): Promise<void> {
    return this.choose('language', () => [language, this.lab], () => {
      const { lang: _, ...asked } = this.asked;
      this.asked = asked;
      this.showLanguage(language);
      memory.set('language', language);
    });
  }

  /** The same for another lab: once its texts are there, `show` brings it to the foreground. */
  chooseLab(lab: string, show: () => void): Promise<void> {
    return this.choose('lab', () => [this.language, lab], () => {
      this.lab = lab;
      show();
    });
  }

  /**
   * Shows what was chosen once its texts are there, unless another choice of its kind has been made. Choices of both
   * kinds wait side by side: where the other one is shown first, this one may need other texts than those it asked for.
   */
  private async choose(kind: Choice, texts: () => [Language, string | undefined], show: () => void): Promise<void> {
    const choice = ++this.choices[kind];
    const isLast = (): boolean => choice === this.choices[kind];
    this.missing = undefined;
    const sign = setTimeout(() => isLast() && (this.loading[kind] = true), shortWait);
    try {
      do await within(longestWait, 'the texts', loadLanguage(...texts()));
      while (isLast() && !hasTexts(...texts()));
    } catch {
      if (isLast()) this.missing = kind;
      return;
    } finally {
      clearTimeout(sign);
      if (isLast()) this.loading[kind] = false;
    }
    if (isLast()) show();
  }

  private showLanguage(language: Language): void {
    this.language = language;
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  }

  setPace(pace: Pace): void {
    this.pace = pace;
    memory.set('pace', String(pace));
  }

  /** The most that the chosen pace allows a run of so many steps; 0 is as fast as it goes. */
  stepsPerSecond(steps: number): number {
    return this.pace === 0 ? 0 : steps / this.pace;
  }

  setShortcuts(on: boolean): void {
    this.shortcuts = on;
    memory.set('shortcuts', on ? 'on' : 'off');
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
