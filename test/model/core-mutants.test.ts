// What the scenarios of the core are good for: each bug that is put into it is found by one of them.

import { scenarios } from './core/index.ts';
import { mutants } from './core/mutants.ts';
import { catchMutants } from './model.ts';

catchMutants(mutants, scenarios);
