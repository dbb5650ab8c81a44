import type { Scenario } from './harness/scenario.ts';
export const beats: Scenario = { about: 'todo', run: async () => '' };
