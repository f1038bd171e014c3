import { version as packageVersion } from '../../package.json' with { type: 'json' };

/** Of this program, as runs say what trained them. */
export const version: string = packageVersion;
