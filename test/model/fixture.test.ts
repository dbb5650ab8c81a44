import { catchMutants, explore, fixture } from './model.ts';
import { mutants, scenarios } from './fixture-scenarios.ts';

for (const [name, scenario] of Object.entries(scenarios)) explore(name, scenario, fixture);
catchMutants(mutants, scenarios, fixture);
