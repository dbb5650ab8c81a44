/**
 * Equivalents of test/chan/powser1.go and powser2.go: power series as streams of rational numbers, after Doug McIlroy.
 * A stream computes a coefficient when it is asked for one; every operator is a goroutine of its own.
 */
import { type Chan, chan, nilChan, select } from 'goroutines';
import { expect } from 'vitest';
import { type Prog, type Spawn, testForms, use } from './helpers.ts';

class Rat {
  constructor(
    readonly num: bigint,
    readonly den = 1n,
  ) {}
  static of(num: bigint, den = 1n): Rat {
    let [a, b] = [num < 0n ? -num : num, den];
    while (b !== 0n) [a, b] = [b, a % b];
    return new Rat(num / a, den / a);
  }
  add(o: Rat): Rat {
    return Rat.of(this.num * o.den + o.num * this.den, this.den * o.den);
  }
  mul(o: Rat): Rat {
    return Rat.of(this.num * o.num, this.den * o.den);
  }
  neg(): Rat {
    return new Rat(-this.num, this.den);
  }
  inv(): Rat {
    return this.num < 0n ? new Rat(-this.den, -this.num) : new Rat(this.den, this.num);
  }
  toString(): string {
    return this.den === 1n ? `${this.num}` : `${this.num}/${this.den}`;
  }
}
const int = (n: number): Rat => new Rat(BigInt(n));
const ZERO = int(0);

/** How a coefficient travels: as it is, or in a box that the sender uses for something else afterwards. */
interface Carrier {
  pack(r: Rat): unknown;
  unpack(v: unknown): Rat;
}
const plain: Carrier = { pack: (r) => r, unpack: (v) => v as Rat };
const boxed: Carrier = { pack: (r) => ({ item: [r] }), unpack: (v) => (v as { item: [Rat] }).item[0] };

interface Series {
  readonly ask: Chan<true>;
  readonly data: Chan<unknown>;
}

function algebra(spawn: Spawn, carrier: Carrier) {
  const series = (): Series => ({ ask: chan<true>(), data: chan<unknown>() });
  function* get(s: Series): Prog<Rat> {
    yield* use(s.ask.send(true));
    return carrier.unpack(yield* use(s.data.recv()));
  }
  /** A stream whose n-th coefficient is what `f` computes. */
  function make(f: (n: number) => Prog<Rat>): Series {
    const s = series();
    spawn(function* (): Prog {
      for (let n = 0; ; n++) {
        yield* use(s.ask.recv());
        yield* use(s.data.send(carrier.pack(yield* f(n))));
      }
    });
    return s;
  }
  function* just(r: Rat): Prog<Rat> {
    return r;
  }

  /** Two streams of the same coefficients. It answers one side while it waits for the source on behalf of the other. */
  function split(source: Series): [Series, Series] {
    const sides = [0, 1].map(() => ({ s: series(), held: [] as Rat[], waits: false }));
    const [a, b] = sides as [(typeof sides)[0], (typeof sides)[0]];
    spawn(function* (): Prog {
      let asked = false;
      for (;;) {
        const got = yield* use(
          select([
            (a.waits ? (nilChan as Chan<true>) : a.s.ask).recv(),
            (b.waits ? (nilChan as Chan<true>) : b.s.ask).recv(),
            (asked ? source.data : (nilChan as Chan<unknown>)).recv(),
          ]),
        );
        if (got[0] === 2) {
          asked = false;
          const v = carrier.unpack(got[1]);
          for (const side of [a, b]) {
            if (side.waits) yield* use(side.s.data.send(carrier.pack(v)));
            else side.held.push(v);
            side.waits = false;
          }
          continue;
        }
        const side = got[0] === 0 ? a : b;
        const held = side.held.shift();
        if (held !== undefined) {
          yield* use(side.s.data.send(carrier.pack(held)));
          continue;
        }
        side.waits = true;
        if (!asked) yield* use(source.ask.send(true));
        asked = true;
      }
    });
    return [a.s, b.s];
  }

  const ones = (): Series => make(() => just(int(1)));
  const add = (u: Series, v: Series): Series =>
    make(function* () {
      return (yield* get(u)).add(yield* get(v));
    });
  const scale = (c: Rat, u: Series): Series =>
    make(function* () {
      return c.mul(yield* get(u));
    });
  const sub = (u: Series, v: Series): Series => add(u, scale(int(-1), v));
  /** c + x * u */
  const shift = (c: Rat, u: Series): Series => make((n) => (n === 0 ? just(c) : get(u)));
  const diff = (u: Series): Series =>
    make(function* (n) {
      if (n === 0) yield* get(u);
      return int(n + 1).mul(yield* get(u));
    });
  const integ = (c: Rat, u: Series): Series =>
    make(function* (n) {
      return n === 0 ? c : (yield* get(u)).mul(int(n).inv());
    });
  const mul = (u: Series, v: Series): Series => {
    const [us, vs]: [Rat[], Rat[]] = [[], []];
    return make(function* (n) {
      us.push(yield* get(u));
      vs.push(yield* get(v));
      return us.reduce((sum, c, i) => sum.add(c.mul(vs[n - i] as Rat)), ZERO);
    });
  };
  /** 1 / u, fed back into itself: z = 1/u0 - x * (u - u0)/x * z / u0. */
  const recip = (u: Series): Series => {
    const [first, rest] = [chan<Rat>(1), series()];
    spawn(function* (): Prog {
      yield* use(first.send(yield* get(u)));
      for (;;) {
        yield* use(rest.ask.recv());
        yield* use(rest.data.send(carrier.pack(yield* get(u))));
      }
    });
    const back = series();
    const product = mul(rest, back);
    let u0 = ZERO;
    const z = make(function* (n) {
      if (n === 0) return (u0 = (yield* use(first.recv())) as Rat).inv();
      return (yield* get(product)).neg().mul(u0.inv());
    });
    const [out, again] = split(z);
    forward(again, back);
    return out;
  };
  function forward(from: Series, to: Series): void {
    spawn(function* (): Prog {
      for (;;) {
        yield* use(to.ask.recv());
        yield* use(to.data.send(carrier.pack(yield* get(from))));
      }
    });
  }
  /** exp(u) for u0 = 0: z' = z * u', z0 = 1. */
  const exp = (u: Series): Series => {
    const back = series();
    const [out, again] = split(integ(int(1), mul(back, diff(u))));
    forward(again, back);
    return out;
  };
  /** u(c * x^k) */
  const monomial = (u: Series, c: Rat, k: number): Series => {
    let power = int(1);
    return make(function* (n) {
      if (n % k !== 0) return ZERO;
      const r = power.mul(yield* get(u));
      power = power.mul(c);
      return r;
    });
  };
  /** u(v) for v0 = 0: u0 + v * (u - u0)/x at v; every coefficient starts processes of its own. */
  const subst = (u: Series, v: Series): Series => {
    let rest: Series | undefined;
    return make(function* (n) {
      if (n === 0) {
        const u0 = yield* get(u);
        const [v1, v2] = split(v);
        yield* get(v1);
        rest = mul(v1, subst(u, v2));
        return u0;
      }
      return yield* get(rest as Series);
    });
  };
  return { get, split, ones, add, scale, sub, shift, diff, integ, mul, recip, exp, monomial, subst };
}

function* identities(spawn: Spawn, carrier: Carrier): Prog {
  const a = algebra(spawn, carrier);
  const { ones, add, scale, sub, shift, diff, integ, mul, recip, exp, monomial, subst } = a;
  function* check(s: Series, ...expected: string[]): Prog {
    const got: string[] = [];
    for (let i = 0; i < expected.length; i++) got.push(String(yield* a.get(s)));
    expect(got).toEqual(expected);
  }
  const of = (f: (n: number) => number | string, n = 10): string[] =>
    Array.from({ length: n }, (_, i) => `${f(i)}`);

  yield* check(ones(), ...of(() => 1));
  yield* check(add(ones(), ones()), ...of(() => 2));
  yield* check(sub(ones(), scale(int(3), ones())), ...of(() => -2));
  yield* check(diff(ones()), ...of((n) => n + 1));
  yield* check(integ(ZERO, ones()), ...of((n) => (n < 2 ? n : `1/${n}`)));
  yield* check(mul(ones(), ones()), ...of((n) => n + 1));
  // 1 / (1 + x + x^2 + ...) is 1 - x
  yield* check(recip(ones()), ...of((n) => [1, -1][n] ?? 0));
  const [one, two] = a.split(exp(shift(ZERO, shift(int(1), scale(ZERO, ones())))));
  let factorial = 1;
  yield* check(one, ...of((n) => ((factorial *= n || 1), factorial === 1 ? 1 : `1/${factorial}`)));
  // exp(x) * 1/exp(x) is 1
  const [three, four] = a.split(two);
  yield* check(mul(three, recip(four)), ...of((n) => (n === 0 ? 1 : 0), 8));
  // The arc tangent is the integral of 1 / (1 + x^2).
  const atan = (): Series => integ(ZERO, monomial(ones(), int(-1), 2));
  yield* check(atan(), '0', '1', '0', '-1/3', '0', '1/5', '0', '-1/7');
  // 1 / (1 - x/(1 - x)) is 1 + x + 2x^2 + 4x^3 + ...
  yield* check(subst(ones(), shift(ZERO, ones())), ...of((n) => (n === 0 ? 1 : 2 ** (n - 1)), 8));
  // 1 / (1 + x/(1 - x)) is 1 - x
  yield* check(subst(monomial(ones(), int(-1), 1), shift(ZERO, ones())), '1', '-1', '0', '0', '0', '0');
}

testForms('test/chan/powser1.go: identities of power series', (spawn) => identities(spawn, plain));
testForms('test/chan/powser2.go: the same with boxed coefficients', (spawn) => identities(spawn, boxed));
