import type { MessageId } from '../messages.js';
import { findings } from './findings.js';
import { grpo } from './grpo.js';
import { page } from './page.js';

export const chinese: Record<MessageId, string> = { ...page, ...grpo, ...findings };
