import type { MeasuredFixes } from '../findings/measuredFixes.js';
import biencoder from './biencoder/measuredFixes.json';
import grpo from './grpo/measuredFixes.json';
import pointer from './pointer/measuredFixes.json';
import rewardModel from './reward-model/measuredFixes.json';

/** What each lab's fixes came to when they were tried: beside the labs, since what trains has no use for it. */
export const measuredFixes = { grpo, biencoder, 'reward-model': rewardModel, pointer } as Readonly<Record<string, MeasuredFixes>>;
