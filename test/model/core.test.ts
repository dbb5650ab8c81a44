// The core that ships, in every order of events.

import { channels } from './core/channels.ts';
import { memory } from './core/memory.ts';
import { selects } from './core/select.ts';
import { tasks } from './core/tasks.ts';
import { explore } from './model.ts';

const scenarios = { ...channels, ...selects, ...tasks, ...memory };

for (const [name, scenario] of Object.entries(scenarios)) explore(name, scenario);
