import { it } from 'vitest';
import { expectMadeAnew } from '../train.js';

it('reference-webgpu makes a lost device anew and goes on from the last checkpoint with the same curve', () => expectMadeAnew('reference-webgpu'));
