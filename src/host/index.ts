import { nodeHost } from './node.ts';
import type { Host } from './types.ts';
import { webHost } from './web.ts';

/** The runtime we are in. */
export const host: Host = nodeHost() ?? webHost();
