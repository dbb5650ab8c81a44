// Addresses in words: what the setup of a scenario has returned gives them names, such as `inbox+8`.

export type Namer = (address: number) => string;

/** How far behind an address its name still reaches. */
const REACH = 1024;

export function namer(setup: unknown): Namer {
  const names = Object.entries(setup ?? {}).flatMap(([name, value]): (readonly [string, unknown])[] =>
    Array.isArray(value) ? value.map((v: unknown, i) => [`${name}[${i}]`, v] as const) : [[name, value]],
  );
  const bases = names
    .filter((entry): entry is readonly [string, number] => typeof entry[1] === 'number' && entry[1] >= 64)
    .sort((a, b) => b[1] - a[1]);
  return (address) => {
    const base = bases.find(([, at]) => at <= address && address < at + REACH);
    if (!base) return String(address);
    return address === base[1] ? base[0] : `${base[0]}+${address - base[1]}`;
  };
}

/** The name of a function without the folder of its file. */
export function functionName(where: string): string {
  return where.split('/').at(-1);
}
