import type { Scenario } from './harness/scenario.ts';
export const idle: Scenario = { about: 'todo', run: async () => '' };
