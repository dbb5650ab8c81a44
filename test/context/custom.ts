/** Contexts of other classes, for tests. */
import { chan, type Chan, nilChan, type RecvChan } from 'goroutines';
import type { Context, ContextLike } from 'goroutines/context';

/** Wraps a context and changes nothing. */
export class Wrapped implements ContextLike {
  constructor(readonly inner: Context) {}
  done(): RecvChan<unknown> {
    return this.inner.done();
  }
  err(): Error | undefined {
    return this.inner.err();
  }
  deadline(): number | undefined {
    return this.inner.deadline();
  }
  value(key: unknown): unknown {
    return this.inner.value(key);
  }
}

/** Wraps a context, but is over when it says so itself, or when told that the other one is. */
export class OwnDone extends Wrapped {
  readonly channel: Chan<unknown> = chan();
  error: Error | undefined = undefined;
  override done(): RecvChan<unknown> {
    return this.channel;
  }
  override err(): Error | undefined {
    return this.error;
  }
  end(error: Error): void {
    this.error = error;
    this.channel.close();
  }
}

/** Calls functions when it is over: no goroutine is needed to watch it. */
export class Registering implements ContextLike {
  readonly channel: Chan<unknown> = chan();
  readonly functions = new Set<() => void>();
  error: Error | undefined = undefined;
  done(): RecvChan<unknown> {
    return this.channel;
  }
  err(): Error | undefined {
    return this.error;
  }
  deadline(): undefined {
    return undefined;
  }
  value(): unknown {
    return undefined;
  }
  afterFunc(f: () => void): () => boolean {
    this.functions.add(f);
    return () => this.functions.delete(f);
  }
  end(error: Error): void {
    if (this.error !== undefined) return;
    this.error = error;
    this.channel.close();
    for (const f of this.functions) f();
    this.functions.clear();
  }
}

/** Never over, as the background, but of another class. */
export class Other implements ContextLike {
  done(): RecvChan<unknown> {
    return nilChan;
  }
  err(): undefined {
    return undefined;
  }
  deadline(): undefined {
    return undefined;
  }
  value(): unknown {
    return undefined;
  }
  toString(): string {
    return 'other';
  }
}
