import type { AnyType } from '../../src/shared/types.ts';

/** Sends a value to nobody but itself. */
export function through<T>(type: AnyType, value: T): T {
  type.codec.write(value, 'send');
  return type.codec.read() as T;
}
