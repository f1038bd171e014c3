import { biencoder } from '../biencoder.js';
import { biencoderFindings } from '../biencoderFindings.js';
import { biencoderMetrics } from '../biencoderMetrics.js';
import { biencoderPresets } from '../biencoderPresets.js';
import { biencoderViews } from '../biencoderViews.js';

export const texts = { ...biencoder, ...biencoderMetrics, ...biencoderPresets, ...biencoderFindings, ...biencoderViews };
