import type { texts as english } from '../../en/labs/biencoder.js';
import { biencoder } from '../biencoder.js';
import { biencoderFindings } from '../biencoderFindings.js';
import { biencoderMetrics } from '../biencoderMetrics.js';
import { biencoderPresets } from '../biencoderPresets.js';
import { biencoderViews } from '../biencoderViews.js';

export const texts: Record<keyof typeof english, string> = {
  ...biencoder, ...biencoderMetrics, ...biencoderPresets, ...biencoderFindings, ...biencoderViews,
};
