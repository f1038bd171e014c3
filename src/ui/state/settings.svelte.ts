import { hasMessage, loadLanguage, message, type Language, type Values } from '../../core/messages/messages.js';

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
  /** Whether the texts of the language asked for last could not be fetched. */
  languageMissing = $state(false);

  /** Reads what the link asks for (`lang`), what was chosen before, and what the browser prefers, in this order. */
  async start(search: URLSearchParams): Promise<void> {
    const asked = search.get('lang') ?? memory.get('language') ?? navigator.language;
    this.setTheme(document.documentElement.dataset.theme === 'dark' ? 'dark' : 'light', false);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', ({ matches }) => {
      if (!memory.get('theme')) this.setTheme(matches ? 'dark' : 'light', false);
    });
    await this.setLanguage(asked.toLowerCase().startsWith('zh') ? 'zh' : 'en', search.has('lang'));
  }

  /** A visitor's choice; where its texts cannot be fetched, the page stays as it is and `languageMissing` says so. */
  async chooseLanguage(language: Language): Promise<void> {
    try {
      await this.setLanguage(language, true);
      this.languageMissing = false;
    } catch {
      this.languageMissing = true;
    }
  }

  private async setLanguage(language: Language, keep: boolean): Promise<void> {
    await loadLanguage(language);
    this.language = language;
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
    if (keep) memory.set('language', language);
  }

  setTheme(theme: Theme, keep = true): void {
    this.theme = theme;
    document.documentElement.dataset.theme = theme;
    if (keep) memory.set('theme', theme);
  }

  /** The text of a message in the page's language; where it is called, it is shown again when the language changes. */
  readonly t = (id: string, values?: Values): string => message(this.language, id, values);

  /** The text of a message that not every parameter, metric or preset has. */
  readonly optional = (id: string, values?: Values): string | undefined =>
    hasMessage(id) ? message(this.language, id, values) : undefined;
}

export const settings = new Settings();
