/** What the workers of the rivals do. The bundle is their script, too: see main.ts. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';

/** What a pool is given to do, by name. */
export function noop(): void {}

/** How a worker is told, by its `workerData`, that it is to serve. */
export const forPool = { rival: 'workerpool' } as const;
export const forPorts = { rival: 'ports' } as const;

/** A role to play, until `n` operations are done. Who sees the last message closes the port. */
export interface Part {
  readonly role: keyof typeof roles;
  readonly port: MessagePort;
  readonly n: number;
}

/** Serves, if this thread is a worker that is to. */
export async function serve(): Promise<void> {
  const { rival } = (workerData ?? {}) as { rival?: string };
  if (rival === forPool.rival) (await import('workerpool')).worker({ noop });
  if (rival !== forPorts.rival) return;
  parentPort?.on('message', ({ role, port, n }: Part) => {
    void roles[role](port, n).then(() => parentPort?.postMessage('done'));
  });
}

/** A MessagePort holds nothing back: without credit from the consumer the producer would fill the memory. */
const WINDOW = 100;
const CREDIT = WINDOW / 2;

export const roles = {
  /** Sends numbers as far as it has credit. */
  produce: (port: MessagePort, n: number): Promise<void> =>
    new Promise((resolve) => {
      let [sent, credit] = [0, WINDOW];
      const pump = (): void => {
        for (; credit > 0 && sent < n; credit--) port.postMessage(sent++);
        if (sent === n) resolve();
      };
      port.on('message', (more: number) => {
        credit += more;
        pump();
      });
      pump();
    }),

  consume: (port: MessagePort, n: number): Promise<void> =>
    new Promise((resolve, reject) => {
      let got = 0;
      port.on('message', (value: number) => {
        if (value !== got++) reject(new Error(`received ${value} instead of ${got - 1}`));
        if (got % CREDIT === 0) port.postMessage(CREDIT);
        if (got < n) return;
        port.close();
        resolve();
      });
    }),

  ping: (port: MessagePort, n: number): Promise<void> =>
    new Promise((resolve) => {
      let done = 0;
      port.on('message', () => {
        if (++done < n) return port.postMessage(done);
        port.close();
        resolve();
      });
      port.postMessage(done);
    }),

  pong: (port: MessagePort, n: number): Promise<void> =>
    new Promise((resolve) => {
      let done = 0;
      port.on('message', (value: number) => {
        port.postMessage(value);
        if (++done === n) resolve();
      });
    }),
};
