import type { Values } from '../../core/messages/messages.js';

type Translate = (id: string, values?: Values) => string;

/** A length of time as people say it, rounded up: `1 s`, `45 s`, `3 min`, `2.8 h`. */
export function timeText(seconds: number, t: Translate): string {
  const whole = Math.max(1, Math.ceil(seconds));
  if (whole === 1) return t('cost.second');
  if (whole < 100) return t('cost.seconds', { count: whole });
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 100) return t('cost.minutes', { count: minutes });
  return t('cost.hours', { count: Math.ceil(seconds / 360) / 10 });
}

/** An amount of memory, rounded up: `1 MB`, `85 MB`, `1.2 GB`. */
export function memoryText(bytes: number, t: Translate): string {
  const megabytes = Math.max(1, Math.ceil(bytes / 1e6));
  return megabytes < 1000 ? t('cost.megabytes', { count: megabytes }) : t('cost.gigabytes', { count: Math.ceil(bytes / 1e8) / 10 });
}
