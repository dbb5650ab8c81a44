import type { Scenario } from './harness/scenario.ts';
export const memory: Scenario = { about: 'todo', run: async () => '' };
