import type { Scenario } from './harness/scenario.ts';
export const random: Scenario = { about: 'todo', run: async () => '' };
