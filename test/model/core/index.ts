// All scenarios of the core.

import type { Scenario } from '../model.ts';
import { channels } from './channels.ts';
import { memory } from './memory.ts';
import { selects } from './select.ts';
import { sync } from './sync.ts';
import { tasks } from './tasks.ts';

export const scenarios: Readonly<Record<string, Scenario<unknown>>> = {
  ...memory,
  ...channels,
  ...selects,
  ...tasks,
  ...sync,
};
