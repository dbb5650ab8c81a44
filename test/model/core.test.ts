// The core that ships, in every order of events.

import { scenarios } from './core/index.ts';
import { explore } from './model.ts';

for (const [name, scenario] of Object.entries(scenarios)) explore(name, scenario);
